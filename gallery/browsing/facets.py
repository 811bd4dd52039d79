"""What pictures can be filtered by, and how many pictures match each choice.

Each facet (collections, tags, years, orientations) is counted under the filters of the others, so
that every choice offered leads to pictures. One grouped query per facet reads at most the newest
MAX_COUNTED pictures; where there are more, counts are lower bounds and say so. Collections and
years that only older pictures have are looked up by their indexes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, ExtractYear
from django.utils import timezone

from gallery.models import Collection, Image
from gallery.models.image import ImageQuerySet
from gallery.models.people import Viewer
from gallery.search import ORIENTATIONS, Filters, filter_images, orientation_case

# Pictures read per facet: 30 ms for tags and half as much for the others, on two busy cores.
MAX_COUNTED = 20_000
MAX_TAGS_OFFERED = 30
MAX_YEARS_OFFERED = 60

_GROUPED = """
SELECT choice, count(*) FROM ({choices}) AS choices (choice)
GROUP BY choice ORDER BY count(*) DESC, choice NULLS FIRST LIMIT %s
"""
_VALUES = "SELECT facet FROM ({newest}) AS newest"
# Each picture also counts as NULL once, which gives their total in the same pass.
_ITEMS = "SELECT unnest(array_append(facet, NULL)) FROM ({newest}) AS newest"


@dataclass(frozen=True, kw_only=True)
class FacetChoice:
    """A value to filter by, with the number of pictures that match it.

    `is_at_least` is true when there may be more pictures than counted.
    """

    value: str
    label: str
    pictures: int
    is_at_least: bool = False


@dataclass(frozen=True, kw_only=True)
class Facets:
    """The choices that match pictures, and those already chosen.

    Collections are ordered by name, tags by frequency, years newest first. A collection's value
    is its slug.
    """

    collections: tuple[FacetChoice, ...] = ()
    tags: tuple[FacetChoice, ...] = ()
    years: tuple[FacetChoice, ...] = ()
    orientations: tuple[FacetChoice, ...] = ()


@dataclass(frozen=True)
class _Counts:
    """Pictures per value, the most frequent first, of the `total` pictures that were read."""

    pictures: Mapping[Any, int]
    total: int

    @property
    def is_cut(self) -> bool:
        """True when there may be pictures that were not read."""
        return self.total >= MAX_COUNTED

    def including(self, found: Iterable[Any], *, pictures: int) -> _Counts:
        """Add values that were not counted but are known to have at least this many pictures."""
        return replace(self, pictures={**dict.fromkeys(found, pictures), **self.pictures})

    def choice(self, key: Any, *, label: str = "", value: str = "") -> FacetChoice:
        """Return the choice for a value, with zero pictures if it was not found."""
        return FacetChoice(
            value=value or str(key),
            label=label or str(key),
            pictures=self.pictures.get(key, 0),
            is_at_least=self.is_cut and key in self.pictures,
        )


def facets(viewer: Viewer, *, filters: Filters) -> Facets:
    """Return the facets of all pictures that the viewer may see.

    Five queries; up to four more where there are over MAX_COUNTED pictures.
    """
    visible = list(Collection.objects.visible_to(viewer).only("pk", "slug", "name"))
    # With the ids written out the planner knows how many there are.
    images = Image.objects.live().filter(collection_id__in=[one.pk for one in visible])
    return Facets(
        collections=_collections(images, filters, visible=visible),
        tags=_tags(images, filters),
        years=_years(images, filters),
        orientations=_orientations(images, filters),
    )


def collection_facets(collection: Collection, *, filters: Filters) -> Facets:
    """Return the facets of one collection: three queries, up to three more for a large one."""
    images = Image.objects.live().filter(collection=collection)
    return Facets(
        tags=_tags(images, filters),
        years=_years(images, filters),
        orientations=_orientations(images, filters),
    )


def _collections(
    images: ImageQuerySet, filters: Filters, *, visible: list[Collection]
) -> tuple[FacetChoice, ...]:
    """Return the collections with pictures under the other filters, by name."""
    images = filter_images(images, replace(filters, collections=()))
    counts = _count(images, by=F("collection_id"))
    if counts.is_cut:
        rest = [one.pk for one in visible if one.pk not in counts.pictures]
        has_pictures = Exists(images.filter(collection=OuterRef("pk")))
        found = Collection.objects.filter(has_pictures, pk__in=rest).order_by()
        counts = counts.including(found.values_list("pk", flat=True), pictures=1)
    return tuple(
        counts.choice(one.pk, value=one.slug, label=one.name)
        for one in visible
        if one.pk in counts.pictures or one.slug in filters.collections
    )


def _tags(images: ImageQuerySet, filters: Filters) -> tuple[FacetChoice, ...]:
    """Return the most frequent tags under all filters. A picture must have every chosen tag."""
    images = filter_images(images, filters)
    counts = _count_items(images, by=F("tags"), limit=MAX_TAGS_OFFERED)
    # All of these pictures have every chosen tag, however many other tags are as frequent.
    missing = [tag for tag in filters.tags if tag not in counts.pictures]
    counts = counts.including(missing, pictures=counts.total)
    return tuple(counts.choice(tag) for tag in counts.pictures)


def _years(images: ImageQuerySet, filters: Filters) -> tuple[FacetChoice, ...]:
    """Return the years with pictures, newest first. Choosing one replaces all other dates."""
    images = filter_images(images, replace(filters, year=None, taken_from=None, taken_to=None))
    counts = _count(images, by=ExtractYear(Coalesce("taken_at", "created_at")))
    chosen = () if filters.year is None else (filters.year,)
    if counts.is_cut:
        rest = {*_span(images), *chosen} - counts.pictures.keys()
        counts = counts.including(_years_present(images, rest), pictures=1)
    newest = sorted(counts.pictures, reverse=True)[:MAX_YEARS_OFFERED]
    return tuple(counts.choice(year) for year in sorted({*newest, *chosen}, reverse=True))


def _orientations(images: ImageQuerySet, filters: Filters) -> tuple[FacetChoice, ...]:
    """Return the orientations with pictures under the other filters, in a fixed order."""
    images = filter_images(images, replace(filters, orientation=""))
    counts = _count(images, by=orientation_case())
    # No index shows quickly whether an older picture has a missing orientation.
    counts = counts.including([filters.orientation], pictures=0)
    return tuple(counts.choice(one) for one in ORIENTATIONS if one in counts.pictures)


def _count(images: ImageQuerySet, *, by: Combinable) -> _Counts:
    """Count the newest MAX_COUNTED pictures by the value of an expression."""
    pictures = _grouped(images, by=by, choices=_VALUES, limit=None)
    return _Counts(pictures, total=sum(pictures.values()))


def _count_items(images: ImageQuerySet, *, by: Combinable, limit: int) -> _Counts:
    """Count the newest MAX_COUNTED pictures by each item of an array: the most frequent items."""
    pictures = _grouped(images, by=by, choices=_ITEMS, limit=limit + 1)
    return _Counts(pictures, total=pictures.pop(None, 0))


def _grouped(
    images: ImageQuerySet, *, by: Combinable, choices: str, limit: int | None
) -> dict[Any, int]:
    """Return the number of pictures per choice, the most frequent first."""
    newest = images.newest_first().annotate(facet=by).values("facet")[:MAX_COUNTED]
    try:
        inner, params = newest.query.sql_with_params()
    except EmptyResultSet:  # no collection is visible
        return {}
    with connection.cursor() as cursor:
        sql = _GROUPED.format(choices=choices.format(newest=inner))
        cursor.execute(sql, (*params, limit))
        return dict(cursor.fetchall())


def _years_present(images: ImageQuerySet, possible: Iterable[int]) -> Iterable[int]:
    """Return which of these years have a picture, in one query that reads a row for each."""
    probes: list[QuerySet[Any, Any]] = [
        filter_images(images, Filters(year=year))
        .order_by()
        .annotate(choice=Value(year))
        .values_list("choice", flat=True)[:1]
        for year in possible
    ]
    return probes[0].union(*probes[1:], all=True) if probes else ()


def _span(images: ImageQuerySet) -> range:
    """Return the years from the oldest picture to the newest, at most MAX_YEARS_OFFERED."""
    # Typed loosely: the annotation is lost where a queryset crosses a function.
    dated: QuerySet[Any] = images.dated()
    moments = dated.values_list("shown_at", flat=True)
    last, first = moments.order_by("-shown_at").first(), moments.order_by("shown_at").first()
    if last is None or first is None:
        return range(0)
    end = timezone.localtime(last).year
    return range(max(timezone.localtime(first).year, end - MAX_YEARS_OFFERED + 1), end + 1)
