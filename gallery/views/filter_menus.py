"""The filter bar of the browse, search and collection pages: menus, and the active filters.

Every option is a link whose URL holds the whole state, so no JavaScript is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gallery.browsing import Facets
from gallery.search import ORIENTATIONS, Filters

Address = Callable[[Filters], str]

DAY = "j F Y"
# A single collection leaves nothing to choose, but a single tag does. Any date can be entered.
MIN_CHOICES = {"Tag": 1, "Date": 0}


@dataclass(frozen=True, kw_only=True)
class FilterOption:
    """One entry of a menu."""

    label: str
    url: str
    is_on: bool


@dataclass(frozen=True, kw_only=True)
class DateForm:
    """A form for the first and last day. It submits to `action`; `fields` keep the other state."""

    action: str
    fields: tuple[tuple[str, str], ...]
    first: date | None
    last: date | None


@dataclass(frozen=True, kw_only=True)
class Menu:
    """The options of a filter, in display order. Date options follow a form."""

    label: str
    choices: tuple[FilterOption, ...]
    dates: DateForm | None = None


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """An active filter, and the URL without it."""

    label: str
    remove_url: str


@dataclass(frozen=True, kw_only=True)
class FilterBar:
    """The menus that have something to choose, and the active filters."""

    menus: tuple[Menu, ...]
    chosen: tuple[Chosen, ...]


def filter_bar(filters: Filters, *, facets: Facets, address: Address) -> FilterBar:
    """Build the bar for these filters; `address` returns the page's URL with other filters."""
    menus = (
        _collections(filters, facets, address),
        _tags(filters, facets, address),
        _dates(filters, facets, address),
        _shapes(filters, address),
    )
    return FilterBar(
        menus=tuple(m for m in menus if len(m.choices) >= MIN_CHOICES.get(m.label, 2)),
        chosen=chosen(filters, facets=facets, address=address),
    )


def chosen(filters: Filters, *, facets: Facets, address: Address) -> tuple[Chosen, ...]:
    """Return the active filters, each with a link to remove it. Hides names the viewer may not
    see."""
    names = dict(facets.collections)
    found = [
        _chosen(
            names.get(slug, slug), filters, address, collections=_without(filters.collections, slug)
        )
        for slug in filters.collections
    ]
    found += [
        _chosen(f"#{tag}", filters, address, tags=_without(filters.tags, tag))
        for tag in filters.tags
    ]
    if filters.year is not None:
        found.append(_chosen(str(filters.year), filters, address, year=None))
    if filters.taken_from:
        found.append(
            _chosen(
                _("From %(day)s") % {"day": _day(filters.taken_from)},
                filters,
                address,
                taken_from=None,
            )
        )
    if filters.taken_to:
        found.append(
            _chosen(
                _("Until %(day)s") % {"day": _day(filters.taken_to)},
                filters,
                address,
                taken_to=None,
            )
        )
    if filters.orientation:
        label = filters.orientation.capitalize()
        found.append(_chosen(label, filters, address, orientation=""))
    return tuple(found)


def _collections(filters: Filters, facets: Facets, address: Address) -> Menu:
    choices = [
        FilterOption(
            label=name,
            url=address(replace(filters, collections=(slug,))),
            is_on=slug in filters.collections,
        )
        for slug, name in facets.collections
    ]
    return Menu(label="Collection", choices=tuple(choices))


def _tags(filters: Filters, facets: Facets, address: Address) -> Menu:
    """Build the tag menu. A picture must have every chosen tag."""
    choices = []
    for tag in facets.tags:
        is_on = tag in filters.tags
        tags = _without(filters.tags, tag) if is_on else (*filters.tags, tag)
        choices.append(
            FilterOption(label=tag, url=address(replace(filters, tags=tags)), is_on=is_on)
        )
    return Menu(label="Tag", choices=tuple(choices))


def _dates(filters: Filters, facets: Facets, address: Address) -> Menu:
    """Build the date menu: a range of days or a whole year. Choosing one replaces the other."""
    always = replace(filters, year=None, taken_from=None, taken_to=None)
    parts = urlsplit(address(always))
    years = [
        FilterOption(
            label=str(year), url=address(replace(always, year=year)), is_on=year == filters.year
        )
        for year in facets.years
    ]
    form = DateForm(
        action=parts.path,
        fields=tuple(parse_qsl(parts.query)),
        first=filters.taken_from,
        last=filters.taken_to,
    )
    # Filtering by the only year would change nothing.
    return Menu(label="Date", choices=tuple(years) if len(years) > 1 else (), dates=form)


def _shapes(filters: Filters, address: Address) -> Menu:
    choices = [
        FilterOption(
            label=shape.capitalize(),
            url=address(replace(filters, orientation=shape)),
            is_on=shape == filters.orientation,
        )
        for shape in ORIENTATIONS
    ]
    return Menu(label="Shape", choices=tuple(choices))


def _day(day: date) -> str:
    return date_format(day, DAY)


def _chosen(label: str, filters: Filters, address: Address, **without: Any) -> Chosen:
    return Chosen(label=label, remove_url=address(replace(filters, **without)))


def _without(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return tuple(other for other in values if other != value)
