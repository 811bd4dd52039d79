"""Keyset pages of pictures, newest first, and the neighbours of one of them.

The caller narrows the pictures to what the viewer may see; see gallery.search.matching_images.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from gallery.models import Collection, Image
from gallery.models.people import Viewer

# A place in the browse order: when the picture was added, and its primary key.
Place = tuple[datetime, int]


@dataclass(frozen=True, kw_only=True)
class Position:
    """A position in the list: after or before a place in it, or around a picture (`at`).

    All values come from a URL and are untrusted. The most specific one counts: `at`, then `before`,
    then `after`. Without a valid one, the list starts with the newest pictures.
    """

    after: str = ""
    before: str = ""
    at: int | None = None

    @property
    def is_start(self) -> bool:
        """True if the URL names no position."""
        return not (self.after or self.before or self.at)


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Some pictures of an endless list, newest first.

    `next_after` continues it towards older pictures, `next_before` towards newer ones; each is
    empty at the end of the list. `at` is the requested picture, or if it is no longer in the list,
    the picture that took its place.
    """

    images: list[Image]
    next_after: str
    next_before: str = ""
    at: int | None = None


def for_tiles(images: QuerySet[Image]) -> QuerySet[Image]:
    """Load the collection that a tile shows, but not the long columns that it doesn't need."""
    return images.select_related("collection").defer("exif", "search_document")


def slice_at(images: QuerySet[Image], *, position: Position, viewer: Viewer, size: int) -> Slice:
    """Return the part of the list at a position, in at most three queries at any depth."""
    if position.at is not None:
        place = _place_of_picture(position.at, viewer=viewer)
        if place is not None:
            return _slice_around(images, place=place, size=size)
    before = _place_of(position.before)
    if before is not None:
        return _slice_before(images, place=before, size=size)
    return newest_slice(images, after=position.after, size=size)


def newest_slice(images: QuerySet[Image], *, after: str, size: int) -> Slice:
    """Return the newest pictures, or those that follow the place named by `after`, if it is valid.

    With keyset paging, pictures added in between neither repeat nor hide others.
    """
    place = _place_of(after)
    rows = _older(images if place is None else images.filter(_older_than(place)), size=size + 1)
    shown = rows[:size]
    return Slice(
        images=shown,
        next_after=_name_of(shown[-1]) if len(rows) > size else "",
        next_before=_name_of(shown[0]) if place is not None and shown else "",
    )


def _slice_before(images: QuerySet[Image], *, place: Place, size: int) -> Slice:
    """Return the pictures just newer than a place."""
    rows = _newer(images.filter(_newer_than(place)), size=size + 1)
    shown = rows[:size][::-1]
    return Slice(
        images=shown,
        next_after=_name_of(shown[-1]) if shown else "",
        next_before=_name_of(shown[0]) if len(rows) > size else "",
    )


def _slice_around(images: QuerySet[Image], *, place: Place, size: int) -> Slice:
    """Return half a page of newer pictures, then a page starting at the place. Content below the
    window is already loaded, so nothing moves when the list is extended."""
    half = max(size // 2, 1)
    newer = _newer(images.filter(_newer_than(place)), size=half + 1)
    above = newer[:half][::-1]
    older = _older(images.filter(_not_newer_than(place)), size=size + 1)
    below = older[:size]
    shown = above + below
    at = below[0] if below else above[-1] if above else None
    return Slice(
        images=shown,
        next_after=_name_of(shown[-1]) if len(older) > len(below) else "",
        next_before=_name_of(shown[0]) if len(newer) > len(above) else "",
        at=at.pk if at else None,
    )


def _older(images: QuerySet[Image], *, size: int) -> list[Image]:
    return list(for_tiles(images).order_by("-created_at", "-pk")[:size])


def _newer(images: QuerySet[Image], *, size: int) -> list[Image]:
    return list(for_tiles(images).order_by("created_at", "pk")[:size])


def _newer_than(place: Place) -> Q:
    created_at, pk = place
    return Q(created_at__gte=created_at) & ~Q(created_at=created_at, pk__lte=pk)


def _older_than(place: Place) -> Q:
    created_at, pk = place
    return Q(created_at__lte=created_at) & ~Q(created_at=created_at, pk__gte=pk)


def _not_newer_than(place: Place) -> Q:
    created_at, pk = place
    return Q(created_at__lte=created_at) & ~Q(created_at=created_at, pk__gt=pk)


def _place_of_picture(pk: int, *, viewer: Viewer) -> Place | None:
    """Return a picture's place in the browse order, even if it is in the trash or outside the
    filters. Return None if the viewer may not see its collection."""
    visible = Collection.objects.visible_to(viewer).values("pk")
    found = Image.objects.filter(pk=pk, collection_id__in=visible).order_by()
    return found.values_list("created_at", "pk").first()


def newest_neighbours(images: QuerySet[Image], *, image: Image) -> tuple[int | None, int | None]:
    """Return the primary keys of the pictures before (newer) and after (older) in the browse
    order."""
    place = (image.created_at, image.pk)
    newer = images.filter(_newer_than(place)).order_by("created_at", "pk")
    older = images.filter(_older_than(place)).order_by("-created_at", "-pk")
    return newer.values_list("pk", flat=True).first(), older.values_list("pk", flat=True).first()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Digits of microseconds up to the year 9999, and of the largest bigint.
_LAST_MOMENT = (datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST_ID = 2**63 - 1


def _name_of(image: Image) -> str:
    """Return a picture's place in the browse order as text for a URL."""
    return f"{(image.created_at - _EPOCH) // _MICROSECOND:x}-{image.pk:x}"


def _place_of(name: str) -> Place | None:
    moment, _, pk = name.partition("-")
    try:
        parts = int(moment, 16), int(pk, 16)
    except ValueError:
        return None
    if not (0 <= parts[0] < _LAST_MOMENT and 0 <= parts[1] <= _LAST_ID):
        return None
    return _EPOCH + parts[0] * _MICROSECOND, parts[1]
