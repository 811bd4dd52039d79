"""Run a query for a viewer. The only module that puts the parts of the package together."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from gallery.exceptions import InvalidQuery
from gallery.models import Image
from gallery.models.people import Viewer
from gallery.search.calibration import UNJUDGED, Cutoffs
from gallery.search.candidates import nearest_candidates
from gallery.search.exclusion import leave_out
from gallery.search.listing import MAX_LISTED, list_images, newest_first
from gallery.search.query import MAX_PARTS, Filters, SearchQuery
from gallery.search.ranking import (
    MAX_RESULTS,
    Ranked,
    Tally,
    Window,
    fuse_candidates,
    rank_images,
)
from gallery.search.results import Hit, LeftOut, Reason, SearchPage
from gallery.search.scope import Scope
from gallery.search.target import build_target, find_stored
from gallery.vectors import Vector, scores_of

# Maximum hits per page: more than a screen shows, few enough to fetch in milliseconds.
MAX_PAGE_SIZE = 500


class _Answer(NamedTuple):
    hits: tuple[Hit, ...]
    window: Window
    left_out: tuple[LeftOut, ...]


def run_search(query: SearchQuery, *, viewer: Viewer, page_size: int | None = None) -> SearchPage:
    """Return one page of what the viewer may see, best first (or newest first: `query.sort`).

    `page_size` is settings.SEARCH_PAGE_SIZE unless given. With filters alone the newest pictures
    come first. Raises InvalidQuery, NotSearchableYet, NoActiveEncoder or EncoderUnavailable, each
    with one sentence.
    """
    started = time.perf_counter()
    _check(query)
    size = min(max(page_size or int(settings.SEARCH_PAGE_SIZE), 1), MAX_PAGE_SIZE)
    scope = Scope.of(viewer, filters=query.filters)
    answer = _ranked if query.has_wanted else _listed
    hits, window, left_out = answer(query, scope=scope, start=(query.page - 1) * size, size=size)
    tally = window.tally
    return SearchPage(
        query=query,
        hits=hits,
        weak_from=next((i for i, hit in enumerate(hits) if hit.strength == "weak"), None),
        has_next=window.has_next,
        has_previous=query.page > 1,
        total=window.total,
        good=tally.good if tally else None,
        good_ids=tally.good_ids if tally else (),
        more_good=tally.more_good if tally else False,
        less_likely=tally.less_likely if tally else None,
        has_grades=tally.has_grades if tally else False,
        left_out=left_out,
        searched=scope.counts.searchable,
        waiting=scope.counts.waiting,
        encoder=scope.encoder.key,
        elapsed_ms=(time.perf_counter() - started) * 1000,
        notice=_notice(query, hits=hits, window=window),
    )


def good_matches(query: SearchQuery, *, viewer: Viewer) -> Tally:
    """Return all good matches of a query, on whatever page they are: at most about MAX_RESULTS,
    with `more_good` set if there may be more. Raises the errors of run_search, and InvalidQuery for
    filters alone, which have no good matches."""
    _check(query)
    if not query.has_wanted:
        raise InvalidQuery(
            _("Type some words or show a picture to search for."), reason="query_empty"
        )
    scope = Scope.of(viewer, filters=query.filters)
    target = build_target(query, scope=scope)
    images, _left_out = leave_out(target=target, scope=scope)
    return rank_images(query, scope=scope, target=target, images=images, needed=MAX_RESULTS).tally()


def similar_images(image: Image, *, viewer: Viewer, limit: int = 12) -> tuple[Hit, ...]:
    """Return the visible pictures nearest to a stored one, without it and its copies.

    Empty if the picture has no vector yet or the viewer may not see it. Raises NoActiveEncoder.
    """
    scope = Scope.of(viewer, filters=Filters())
    stored = find_stored((image.pk,), scope=scope).get(image.pk)
    if stored is None:
        return ()
    nearest = nearest_candidates(
        stored.vector,
        scope=scope,
        images=scope.images.exclude(sha256=stored.sha256),
        # Copies in other collections are removed below, so fetch some more.
        limit=2 * limit,
    )
    # The strength of these is not shown.
    results = fuse_candidates(nearest, (), cutoffs=UNJUDGED)
    window = Window(results=results, weak_from=None, has_next=False, total=None)
    return _hits(window, scope=scope, cutoffs=UNJUDGED, start=0)[:limit]


def _check(query: SearchQuery) -> None:
    if query.is_empty:
        raise InvalidQuery(
            _("Enter some words or choose a picture to search for."), reason="query_empty"
        )
    if query.has_unwanted and not query.has_wanted:
        raise InvalidQuery(
            _("Say what to look for as well as what to leave out."), reason="query_only_unwanted"
        )


def _ranked(query: SearchQuery, *, scope: Scope, start: int, size: int) -> _Answer:
    target = build_target(query, scope=scope)
    images, left_out = leave_out(target=target, scope=scope)
    by_date = query.sort == "date"
    needed = MAX_RESULTS if by_date else start + size + 1
    ranking = rank_images(query, scope=scope, target=target, images=images, needed=needed)
    if by_date:
        ranking = newest_first(ranking)
    window = ranking.window(start, size=size)
    window = _with_scores(window, scope=scope, vector=target.vector)
    hits = _hits(window, scope=scope, cutoffs=ranking.cutoffs, start=start)
    return _Answer(hits, window, left_out)


def _listed(query: SearchQuery, *, scope: Scope, start: int, size: int) -> _Answer:
    window = list_images(scope, sort=query.sort, start=start, size=size)
    hits = _hits(window, scope=scope, cutoffs=UNJUDGED, start=start)
    return _Answer(tuple(replace(hit, matched=()) for hit in hits), window, ())


def _with_scores(window: Window, *, scope: Scope, vector: Vector) -> Window:
    """Look up the similarity of results that were found only by their text."""
    unknown = [r.image_id for r in window.results if r.score is None]
    if not unknown:
        return window
    scores = scores_of(unknown, vector=vector, encoder=scope.encoder, images=scope.images)
    results = [
        r if r.score is not None else r._replace(score=scores.get(r.image_id))
        for r in window.results
    ]
    return replace(window, results=results)


def _hits(window: Window, *, scope: Scope, cutoffs: Cutoffs, start: int) -> tuple[Hit, ...]:
    images = _images([result.image_id for result in window.results], scope=scope)
    return tuple(
        Hit(
            image=images[result.image_id],
            score=result.score or 0.0,
            strength=result.strength,
            matched=_reasons(result, cutoffs=cutoffs),
            rank=rank,
        )
        for rank, result in enumerate(window.results, start=start + 1)
        # Pictures hidden or deleted since the list was made have no row here.
        if result.image_id in images
    )


def _reasons(result: Ranked, *, cutoffs: Cutoffs) -> tuple[Reason, ...]:
    looks = result.score is not None and cutoffs.judge(result.score) != "weak"
    reasons: list[Reason] = ["looks"] if looks else []
    return (*reasons, "words") if result.in_text else tuple(reasons)


def _images(ids: Sequence[int], *, scope: Scope) -> dict[int, Image]:
    """Fetch the rows of the page, checking the viewer's permissions again."""
    rows = scope.visible.filter(pk__in=ids).select_related("collection").defer("search_document")
    return {image.pk: image for image in rows}


def _notice(query: SearchQuery, *, hits: Sequence[Hit], window: Window) -> str:
    if query.words_cut:
        return _("Your search was long, so only its beginning was used.")
    if query.parts_cut:
        return _(
            "A search can have up to %(count)s tags, collections, pictures or excluded words of "
            "each kind. The others were ignored."
        ) % {"count": MAX_PARTS}
    if query.page > 1 and not hits:
        return _("Page %(page)s doesn’t exist: the results end earlier.") % {"page": query.page}
    if query.sort == "date" and query.has_wanted and window.total == 0:
        return _("Nothing matches well enough to sort by date. Sort by relevance instead.")
    if window.total is None and not window.has_next:
        return _end_notice(query)
    return ""


def _end_notice(query: SearchQuery) -> str:
    if query.has_wanted:
        return _("These were the best %(count)s. Add words or filters to see others.") % {
            "count": f"{MAX_RESULTS:,}"
        }
    return _("These were the first %(count)s. Add filters to see others.") % {
        "count": f"{MAX_LISTED:,}"
    }
