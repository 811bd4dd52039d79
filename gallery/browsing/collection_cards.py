"""The contents of collection cards: the number of pictures, the newest date and the covers."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from gallery.models import Collection, Image, Visibility
from gallery.models.collection import CollectionQuerySet
from gallery.models.image import ImageQuerySet

# Pictures on a collection's card.
COVER_PICTURES = 3


def with_counts(collections: CollectionQuerySet) -> CollectionQuerySet:
    """Add `picture_count`, the number of live pictures, and `newest_at`, when the last one was
    added."""
    live = Image.objects.live().filter(collection=OuterRef("pk")).order_by().values("collection")
    newest = Image.objects.live().filter(collection=OuterRef("pk")).newest_first()
    return collections.annotate(
        picture_count=Coalesce(Subquery(live.annotate(n=Count("pk")).values("n")), 0),
        newest_at=Subquery(newest.values("created_at")[:1]),
    )


def covers_of(
    collections: Sequence[Collection], *, each: int = COVER_PICTURES
) -> dict[int, list[Image]]:
    """Return a few live pictures of each collection, its chosen cover first, then the newest.

    One query for all: limited selects joined by UNION ALL, so that each part is a short index scan.
    A cover that was moved or trashed is not shown.
    """
    parts: list[ImageQuerySet] = []
    for collection in collections:
        live = Image.objects.live().filter(collection=collection).defer("search_document", "exif")
        if collection.cover_id:
            parts.append(live.filter(pk=collection.cover_id).order_by()[:1])
        parts.append(live.newest_first()[:each])
    if not parts:
        return {}
    rows = parts[0] if len(parts) == 1 else parts[0].union(*parts[1:], all=True)
    found: dict[int, dict[int, Image]] = {}
    for image in rows:
        found.setdefault(image.collection_id, {})[image.pk] = image
    return {
        collection.pk: _cover_first(found.get(collection.pk, {}), collection)[:each]
        for collection in collections
    }


def _cover_first(images: dict[int, Image], collection: Collection) -> list[Image]:
    def order(image: Image) -> tuple[bool, float, int]:
        return (image.pk != collection.cover_id, -image.created_at.timestamp(), -image.pk)

    return sorted(images.values(), key=order)


def newly_public_count(collection: Collection, *, visibility: str) -> int:
    """Return how many live pictures would become visible to anyone with this visibility.

    The collection is read as it is stored, because a form may already have written into it.
    """
    if visibility != Visibility.PUBLIC:
        return 0
    hidden = Collection.objects.filter(pk=collection.pk, visibility=Visibility.PRIVATE)
    return Image.objects.live().filter(collection__in=hidden).count()
