"""The filters that browse, search and collection pages offer: menus of links, and what is chosen.

Every choice is a link to an address that holds the whole state, so no script is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

from gallery.browsing import Facets
from gallery.search import Filters
from gallery.search.query import ORIENTATIONS

Address = Callable[[Filters], str]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One entry of a menu."""

    label: str
    url: str
    is_on: bool


@dataclass(frozen=True, kw_only=True)
class Menu:
    """One filter's entries, in the order shown."""

    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A filter in force, and the address without it."""

    label: str
    remove_url: str


@dataclass(frozen=True, kw_only=True)
class FilterBar:
    """All menus with something to choose, and what is chosen."""

    menus: tuple[Menu, ...]
    chosen: tuple[Chosen, ...]


def filter_bar(filters: Filters, *, facets: Facets, address: Address) -> FilterBar:
    """The bar for these filters; `address` makes the page's address with other filters."""
    menus = (
        _collections(filters, facets, address),
        _tags(filters, facets, address),
        _one_of(
            "Year", "year", filters, address, values={year: str(year) for year in facets.years}
        ),
        _one_of(
            "Shape",
            "orientation",
            filters,
            address,
            values={shape: shape.capitalize() for shape in ORIENTATIONS},
        ),
    )
    return FilterBar(
        # A lone collection or year is no choice; a lone tag is one.
        menus=tuple(m for m in menus if len(m.choices) > (0 if m.label == "Tag" else 1)),
        chosen=chosen(filters, facets=facets, address=address),
    )


def chosen(filters: Filters, *, facets: Facets, address: Address) -> tuple[Chosen, ...]:
    """What is filtered by, each with the way out. Only names that the viewer may see are told."""
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
        found.append(_chosen(f"From {filters.taken_from}", filters, address, taken_from=None))
    if filters.taken_to:
        found.append(_chosen(f"Until {filters.taken_to}", filters, address, taken_to=None))
    if filters.orientation:
        label = filters.orientation.capitalize()
        found.append(_chosen(label, filters, address, orientation=""))
    return tuple(found)


def _collections(filters: Filters, facets: Facets, address: Address) -> Menu:
    choices = [
        Choice(
            label=name,
            url=address(replace(filters, collections=(slug,))),
            is_on=slug in filters.collections,
        )
        for slug, name in facets.collections
    ]
    return Menu(label="Collection", choices=tuple(choices))


def _tags(filters: Filters, facets: Facets, address: Address) -> Menu:
    """Tags add up: a picture must have all that are chosen."""
    choices = []
    for tag in facets.tags:
        is_on = tag in filters.tags
        tags = _without(filters.tags, tag) if is_on else (*filters.tags, tag)
        choices.append(Choice(label=tag, url=address(replace(filters, tags=tags)), is_on=is_on))
    return Menu(label="Tag", choices=tuple(choices))


def _one_of(
    label: str, name: str, filters: Filters, address: Address, *, values: dict[Any, str]
) -> Menu:
    now = getattr(filters, name)
    choices = [
        Choice(
            label=words,
            url=address(replace(filters, **cast(dict[str, Any], {name: value}))),
            is_on=value == now,
        )
        for value, words in values.items()
    ]
    return Menu(label=label, choices=tuple(choices))


def _chosen(label: str, filters: Filters, address: Address, **without: Any) -> Chosen:
    return Chosen(label=label, remove_url=address(replace(filters, **without)))


def _without(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return tuple(other for other in values if other != value)
