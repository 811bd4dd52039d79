"""Which pictures a viewer may find with a query's filters, as SQL predicates.

`matching_images` is also what browse pages and “select all that match” build on, so that the
number shown, the pictures found and the pictures acted on are always the same set.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import Case, CharField, F, Q, Value, When
from django.utils import timezone

from gallery.models import Collection, Image
from gallery.models.image import ImageQuerySet
from gallery.models.people import Viewer
from gallery.search.query import ORIENTATIONS, Filters

# Sides that differ by no more than this count as equal: square crops are often slightly off.
SQUARE_TOLERANCE = 0.02


def matching_images(filters: Filters, *, viewer: Viewer) -> ImageQuerySet:
    """Return the live pictures that the viewer may see and that match the filters, unordered."""
    return filter_images(Image.objects.visible_to(viewer), filters)


def visible_collections(viewer: Viewer) -> dict[int, str]:
    """Return the slugs of the collections that the viewer may see, by primary key."""
    return dict(Collection.objects.visible_to(viewer).order_by("pk").values_list("pk", "slug"))


def filter_images(images: ImageQuerySet, filters: Filters) -> ImageQuerySet:
    """Return the pictures that match the filters."""
    if filters.collections:
        images = images.filter(collection__slug__in=filters.collections)
    return _filter_facts(images, filters)


def images_in(collections: dict[int, str], *, filters: Filters) -> ImageQuerySet:
    """Return the live pictures of these collections that match the filters.

    The same set as `matching_images` for the viewer whose visible collections these are. With the
    ids written out the planner knows how many there are and makes better choices.
    """
    wanted = [
        pk for pk, slug in collections.items()
        if not filters.collections or slug in filters.collections
    ]  # fmt: skip
    return _filter_facts(Image.objects.live().filter(collection_id__in=wanted), filters)


def orientation_case() -> Case:
    """Return an expression for the member of ORIENTATIONS that each picture has, by the rule of the
    filter."""
    cases = (When(_shape(one), then=Value(one)) for one in ORIENTATIONS)
    return Case(*cases, output_field=CharField())


def _filter_facts(images: ImageQuerySet, filters: Filters) -> ImageQuerySet:
    if filters.tags:
        images = images.filter(tags__contains=list(filters.tags))
    if filters.year is not None or filters.taken_from or filters.taken_to:
        images = images.dated().filter(_when(filters))
    if filters.orientation:
        images = images.filter(_shape(filters.orientation))
    return images


def _when(filters: Filters) -> Q:
    """Return the day a picture was taken, or else added, in the site's time zone."""
    when = Q()
    if filters.year is not None:
        when &= Q(shown_at__gte=_midnight(date(filters.year, 1, 1)))
        when &= Q(shown_at__lt=_midnight(date(filters.year + 1, 1, 1)))
    if filters.taken_from:
        when &= Q(shown_at__gte=_midnight(filters.taken_from))
    if filters.taken_to and filters.taken_to < date.max:
        when &= Q(shown_at__lt=_midnight(filters.taken_to + timedelta(days=1)))
    return when


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _shape(orientation: str) -> Q:
    wide = Q(width__gt=F("height") * (1 + SQUARE_TOLERANCE))
    tall = Q(height__gt=F("width") * (1 + SQUARE_TOLERANCE))
    return {"landscape": wide, "portrait": tall, "square": ~wide & ~tall}[orientation]
