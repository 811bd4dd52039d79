"""The results of a query in their final order; every page is a slice of this list.

It has two parts, so that the first page is cheap and later ones are consistent with it. The head
fuses the nearest pictures with those whose text matches, strong ones first, weak ones last. The
tail, fetched only when a page needs it, continues with the next nearest. Both depend only on the
data and the query, never on the requested page, so no picture is repeated or skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gallery.models.image import ImageQuerySet
from gallery.search import fulltext
from gallery.search.calibration import Cutoffs
from gallery.search.candidates import nearest_candidates
from gallery.search.fulltext import TextMatch
from gallery.search.fusion import fuse
from gallery.search.query import SearchQuery
from gallery.search.results import STRENGTHS, Strength
from gallery.search.scope import Scope
from gallery.search.target import Target
from gallery.vectors import Neighbour

# Maximum results on all pages together: after a thousand, people refine the search instead.
MAX_RESULTS = 1000
# Nearest pictures in the head: two pages of the default size, 2 ms with the index.
HEAD_RESULTS = 120
# Maximum pictures with matching text in the head.
MAX_TEXT_RESULTS = 500


class Ranked(NamedTuple):
    """A picture in the list: its similarity if known, whether its text matches, its strength."""

    image_id: int
    score: float | None
    in_text: bool
    strength: Strength


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many results are good matches and how many are less likely.

    `good_ids` are the good ones on all pages. `more_good` is set if more good ones may follow;
    `less_likely` is None if they were not counted. `has_grades` is set if some of the good ones are
    strong and others fair.
    """

    good_ids: tuple[int, ...]
    more_good: bool
    less_likely: int | None
    has_grades: bool

    @property
    def good(self) -> int:
        """The number of good ones."""
        return len(self.good_ids)


@dataclass(frozen=True, kw_only=True)
class Window:
    """One page of a list: its results, the index among them from which they are weak (it may be
    past the last one), whether more follow, and the total if known.

    `tally` is None for a list that is not ranked."""

    results: Sequence[Ranked]
    weak_from: int | None
    has_next: bool
    total: int | None
    tally: Tally | None = None


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """The list as far as it was needed: strong results, then fair ones, then weak ones.

    `is_whole` is set if nothing follows the list.
    """

    results: tuple[Ranked, ...]
    is_whole: bool
    cutoffs: Cutoffs

    @property
    def weak_from(self) -> int | None:
        """The index from which results are weak; None if this part of the list has none."""
        places = (i for i, result in enumerate(self.results) if result.strength == "weak")
        return next(places, None)

    def window(self, start: int, *, size: int) -> Window:
        """Return the page that starts at an index."""
        weak_from = self.weak_from
        return Window(
            results=self.results[start : start + size],
            weak_from=None if weak_from is None else max(weak_from - start, 0),
            has_next=len(self.results) > start + size,
            total=len(self.results) if self.is_whole else None,
            tally=self.tally(),
        )

    def tally(self) -> Tally:
        """Count the results by how well they match."""
        weak_from = self.weak_from
        good = self.results[:weak_from]
        return Tally(
            good_ids=tuple(result.image_id for result in good),
            more_good=weak_from is None and not self.is_whole,
            less_likely=len(self.results) - len(good) if self.is_whole else None,
            has_grades=len({result.strength for result in good}) > 1,
        )


def rank_images(
    query: SearchQuery, *, scope: Scope, target: Target, images: ImageQuerySet, needed: int
) -> Ranking:
    """Rank the best of these pictures: at least the first `needed`, if there are as many, and at
    most about MAX_RESULTS."""
    # A library that fits into one list needs no tail, and its number of results is known.
    depth = MAX_RESULTS if scope.counts.searchable <= MAX_RESULTS else HEAD_RESULTS
    nearest = _nearest(images, scope=scope, target=target, limit=depth)
    texts: list[TextMatch] = []
    if query.words:
        texts = fulltext.text_matches(query.words, images=images, limit=MAX_TEXT_RESULTS)
    best = nearest[0].score if nearest else None
    cutoffs = scope.cutoffs(target.vector, kind=target.kind, best=best)
    results = fuse_candidates(nearest, texts, cutoffs=cutoffs)
    is_whole = depth == MAX_RESULTS or len(nearest) < depth
    if not is_whole and needed > len(results):
        deep = _nearest(images, scope=scope, target=target, limit=MAX_RESULTS)
        is_whole = len(deep) < MAX_RESULTS
        known = {c.sha256 for c in nearest} | {match.sha256 for match in texts}
        tail = fuse_candidates([c for c in deep if c.sha256 not in known], [], cutoffs=cutoffs)
        results += _no_better(tail, than=results[-1].strength if results else "strong")
    return Ranking(results=tuple(results), is_whole=is_whole, cutoffs=cutoffs)


def _no_better(results: list[Ranked], *, than: Strength) -> list[Ranked]:
    """Limit the strength of results that follow others: none is rated better than those, even if
    the index found it late."""
    worst = STRENGTHS.index(than)
    return [r._replace(strength=STRENGTHS[max(_grade(r), worst)]) for r in results]


def _nearest(images: ImageQuerySet, *, scope: Scope, target: Target, limit: int) -> list[Neighbour]:
    return nearest_candidates(target.vector, scope=scope, images=images, limit=limit)


def fuse_candidates(
    nearest: Sequence[Neighbour], texts: Sequence[TextMatch], *, cutoffs: Cutoffs
) -> list[Ranked]:
    """Merge both into one list of contents: strong ones, then fair ones, then weak ones, each in
    the fused order.

    The same bytes in several collections are one result: the copy whose own text matches, else the
    newest.
    """
    scores = {c.sha256: c.score for c in nearest}
    shown = {c.sha256: c.image_id for c in sorted(nearest, key=lambda c: c.image_id)}
    in_text = {
        match.sha256: match
        for match in sorted(texts, key=lambda match: (match.is_exact, match.image_id))
    }
    found: list[Ranked] = []
    for content in fuse([c.sha256 for c in nearest], [match.sha256 for match in texts]):
        text = in_text.get(content)
        score = scores.get(content)
        strength = cutoffs.judge(
            score, in_text=text is not None, is_exact=text is not None and text.is_exact
        )
        image_id = text.image_id if text else shown[content]
        found.append(Ranked(image_id, score, text is not None, strength))
    return sorted(found, key=_grade)


def _grade(result: Ranked) -> int:
    return STRENGTHS.index(result.strength)
