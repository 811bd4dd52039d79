"""The filter bar of the browse, search and collection pages: menus, and the active filters.

Every option is a link whose URL holds the whole state, so no JavaScript is needed. An active option
links to the URL without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.browsing import MAX_COUNTED, FacetChoice, Facets
from gallery.search import MAX_PARTS, ORIENTATIONS, Filters

Address = Callable[[Filters], str]

DAY = "j F Y"
ORIENTATION_LABELS = {
    "landscape": gettext_lazy("Landscape"),
    "portrait": gettext_lazy("Portrait"),
    "square": gettext_lazy("Square"),
}


@dataclass(frozen=True, kw_only=True)
class FilterOption:
    """An option of a menu, with the number of pictures that match it."""

    label: str
    url: str
    is_on: bool
    pictures: int
    is_at_least: bool


@dataclass(frozen=True, kw_only=True)
class DateForm:
    """A form for the first and last day. It submits to `action`; `fields` keep the other state."""

    action: str
    fields: tuple[tuple[str, str], ...]
    first: date | None
    last: date | None


@dataclass(frozen=True, kw_only=True)
class Menu:
    """The options of a filter, in display order. Date options follow a form.

    The menu is shown from `min_choices` options on: a single collection leaves nothing to choose,
    but a single tag does. `notice` says why there are no more options.
    """

    label: str
    choices: tuple[FilterOption, ...]
    min_choices: int = 2
    dates: DateForm | None = None
    notice: str = ""

    @property
    def is_useful(self) -> bool:
        """True when there is an option to choose or an active one to remove."""
        return len(self.choices) >= self.min_choices or any(c.is_on for c in self.choices)

    @property
    def is_cut(self) -> bool:
        """True when some of the numbers are only “at least”."""
        return any(choice.is_at_least for choice in self.choices)


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """An active filter, and the URL without it."""

    label: str
    remove_url: str


@dataclass(frozen=True, kw_only=True)
class FilterBar:
    """The menus that have something to choose, and the active filters.

    `narrows_search` is true where the filters narrow a search: the numbers then count what is
    searched, not the results. `max_counted` is the largest number of pictures counted.
    """

    menus: tuple[Menu, ...]
    chosen: tuple[Chosen, ...]
    narrows_search: bool = False
    max_counted: int = MAX_COUNTED


def filter_bar(
    filters: Filters, *, facets: Facets, address: Address, narrows_search: bool = False
) -> FilterBar:
    """Build the bar for these filters; `address` returns the page's URL with other filters."""
    menus = (
        _collections(filters, facets, address),
        _tags(filters, facets, address),
        _dates(filters, facets, address),
        _shapes(filters, facets, address),
    )
    return FilterBar(
        menus=tuple(menu for menu in menus if menu.is_useful),
        chosen=chosen(filters, facets=facets, address=address),
        narrows_search=narrows_search,
    )


def chosen(filters: Filters, *, facets: Facets, address: Address) -> tuple[Chosen, ...]:
    """Return the active filters, each with a link to remove it. Hides names the viewer may not
    see."""
    names = {choice.value: choice.label for choice in facets.collections}
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
        label = str(ORIENTATION_LABELS[filters.orientation])
        found.append(_chosen(label, filters, address, orientation=""))
    return tuple(found)


def _collections(filters: Filters, facets: Facets, address: Address) -> Menu:
    """Build the collection menu. Choosing a collection replaces the others."""
    choices = []
    for choice in facets.collections:
        is_on = choice.value in filters.collections
        slugs = _without(filters.collections, choice.value) if is_on else (choice.value,)
        url = address(replace(filters, collections=slugs))
        choices.append(_option(choice, url=url, is_on=is_on))
    return Menu(label=_("Collection"), choices=tuple(choices))


def _tags(filters: Filters, facets: Facets, address: Address) -> Menu:
    """Build the tag menu. A picture must have every chosen tag."""
    choices = []
    for choice in facets.tags:
        is_on = choice.value in filters.tags
        tags = _without(filters.tags, choice.value) if is_on else (*filters.tags, choice.value)
        url = address(replace(filters, tags=tags))
        choices.append(_option(choice, url=url, is_on=is_on))
    notice = ""
    if len(filters.tags) >= MAX_PARTS:
        choices = [choice for choice in choices if choice.is_on]
        notice = _("You can filter by up to %(count)s tags. Remove one to add another.")
        notice %= {"count": MAX_PARTS}
    return Menu(label=_("Tag"), choices=tuple(choices), min_choices=1, notice=notice)


def _dates(filters: Filters, facets: Facets, address: Address) -> Menu:
    """Build the date menu: a range of days or a whole year. Choosing one replaces the other."""
    always = replace(filters, year=None, taken_from=None, taken_to=None)
    parts = urlsplit(address(always))
    years = []
    for choice in facets.years:
        year = int(choice.value)
        is_on = year == filters.year
        url = address(always if is_on else replace(always, year=year))
        years.append(_option(choice, url=url, is_on=is_on))
    form = DateForm(
        action=parts.path,
        fields=tuple(parse_qsl(parts.query)),
        first=filters.taken_from,
        last=filters.taken_to,
    )
    # Filtering by the only year would change nothing. Any date can be entered.
    is_choice = len(years) > 1 or filters.year is not None
    return Menu(
        label=_("Date"), choices=tuple(years) if is_choice else (), min_choices=0, dates=form
    )


def _shapes(filters: Filters, facets: Facets, address: Address) -> Menu:
    found = {choice.value: choice for choice in facets.orientations}
    choices = []
    for shape in ORIENTATIONS:
        if shape in found:
            is_on = shape == filters.orientation
            url = address(replace(filters, orientation="" if is_on else shape))
            named = replace(found[shape], label=str(ORIENTATION_LABELS[shape]))
            choices.append(_option(named, url=url, is_on=is_on))
    return Menu(label=_("Shape"), choices=tuple(choices))


def _option(choice: FacetChoice, *, url: str, is_on: bool) -> FilterOption:
    return FilterOption(
        label=choice.label,
        url=url,
        is_on=is_on,
        pictures=choice.pictures,
        is_at_least=choice.is_at_least,
    )


def _day(day: date) -> str:
    return date_format(day, DAY)


def _chosen(label: str, filters: Filters, address: Address, **without: Any) -> Chosen:
    return Chosen(label=label, remove_url=address(replace(filters, **without)))


def _without(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return tuple(other for other in values if other != value)
