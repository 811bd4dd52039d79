"""Results in date order: pictures that match filters alone, or the good results of a ranking
sorted by newest first."""

from __future__ import annotations

from dataclasses import replace

from django.db.models.functions import Coalesce

from gallery.models import Image
from gallery.search.query import Sort
from gallery.search.ranking import Ranked, Ranking, Window
from gallery.search.scope import Scope

# Maximum pictures that filters alone page through; the offset costs a millisecond at that depth.
MAX_LISTED = 10_000
# When it was taken, or else added; an index covers exactly this expression.
SHOWN_AT = Coalesce("taken_at", "created_at")


def list_images(scope: Scope, *, sort: Sort, start: int, size: int) -> Window:
    """Return one page of everything that matches the filters, most recently added first, or most
    recently taken first with `date`. Unlike a ranking it shows every copy, as browsing does. Its
    total is None if there are more than the pages show."""
    counts = scope.counts
    count = counts.pictures
    by_date = scope.images.order_by(SHOWN_AT.desc(), "-pk")
    images = by_date if sort == "date" else scope.images.newest_first()
    end = min(start + size, MAX_LISTED)
    found = images.values_list("pk", flat=True)[start : end + 1] if start < end else ()
    ids = list(found)
    return Window(
        results=[Ranked(pk, None, False, "strong") for pk in ids[: end - start]],
        weak_from=None,
        has_next=len(ids) > end - start and end < MAX_LISTED,
        total=count if count <= MAX_LISTED else None,
    )


def newest_first(ranking: Ranking) -> Ranking:
    """Return only the good results of a ranking, most recently taken (or else added) first."""
    weak_from = ranking.weak_from
    good = {result.image_id: result for result in ranking.results[:weak_from]}
    dated = Image.objects.filter(pk__in=good).order_by(SHOWN_AT.desc(), "-pk")
    return replace(
        ranking,
        results=tuple(good[pk] for pk in dated.values_list("pk", flat=True)),
        # No good result follows the first weak one.
        is_whole=ranking.is_whole or weak_from is not None,
    )
