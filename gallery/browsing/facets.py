"""What pictures can be filtered by: collections, tags and years that they have.

Short queries whose cost does not grow with the library.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from gallery.models import Collection, Image
from gallery.models.image import ImageQuerySet
from gallery.models.people import Viewer

# Tags are counted over this many of the newest pictures.
MAX_SCANNED = 2000
MAX_TAGS_OFFERED = 30
MAX_YEARS_OFFERED = 60


@dataclass(frozen=True, kw_only=True)
class Facets:
    """What there is to filter by: collections as (slug, name), tags and years."""

    collections: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    years: tuple[int, ...]


def facets(viewer: Viewer) -> Facets:
    """What all pictures that the viewer may see can be filtered by: five queries."""
    collections = Collection.objects.visible_to(viewer).values_list("slug", "name")
    return _facets_of(Image.objects.visible_to(viewer), collections=tuple(collections))


def collection_facets(collection: Collection) -> Facets:
    """What the pictures of one collection can be filtered by: three queries."""
    return _facets_of(Image.objects.live().filter(collection=collection), collections=())


def _facets_of(images: ImageQuerySet, *, collections: tuple[tuple[str, str], ...]) -> Facets:
    newest = images.newest_first().values_list("tags", flat=True)[:MAX_SCANNED]
    counted = Counter(tag for tags in newest for tag in tags)
    return Facets(
        collections=collections,
        tags=tuple(sorted(tag for tag, _ in counted.most_common(MAX_TAGS_OFFERED))),
        years=tuple(_years(images)),
    )


def _years(images: ImageQuerySet) -> Iterator[int]:
    """Years from the last picture's to the first one's, by the site's calendar, newest first."""
    # Typed loosely: the annotation is lost where a queryset crosses a function.
    dated: QuerySet[Any] = images.dated()
    moments = dated.values_list("shown_at", flat=True)
    last, first = moments.order_by("-shown_at").first(), moments.order_by("shown_at").first()
    if last is not None and first is not None:
        end = timezone.localtime(last).year
        start = max(timezone.localtime(first).year, end - MAX_YEARS_OFFERED + 1)
        yield from range(end, start - 1, -1)
