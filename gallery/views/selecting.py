"""Selecting pictures in a list: which tiles someone may edit, and the bar that acts on them.
gallery.views.selection carries out the actions.

Anyone who is signed in can select: pictures they can only view can be copied and downloaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.http import HttpRequest

from gallery.models import Collection, Image
from gallery.models.people import Viewer, sees_everything
from gallery.views.trail import Trail


@dataclass(frozen=True)
class Selectable:
    """The collections whose pictures the person may edit, by name."""

    open_to: tuple[Collection, ...]

    @cached_property
    def editable(self) -> frozenset[int]:
        """The keys of these collections."""
        return frozenset(each.pk for each in self.open_to)


@dataclass(frozen=True, kw_only=True)
class SelectionBar:
    """The context of templates/gallery/_selection.html.

    `total` is how many pictures “all” means, `read_only` how many of them the person may see but
    not edit. A search has no such number: there “all” means the good matches on the page.
    `is_on` starts the page in selection mode, for browsers without JavaScript.
    """

    trail: Trail
    selectable: Selectable
    total: int
    read_only: int = 0
    is_search: bool = False
    is_on: bool = False

    @property
    def targets(self) -> list[Collection]:
        """Where the pictures can be moved and copied to."""
        return [each for each in self.selectable.open_to if each.slug != self.trail.slug]

    @property
    def can_edit(self) -> bool:
        """Whether the person may edit a picture of the list; for results, any picture at all."""
        return bool(self.selectable.open_to) if self.is_search else self.read_only < self.total

    @property
    def is_filtered(self) -> bool:
        """Whether “all” means all that match the filters."""
        return bool(self.trail.params)

    @property
    def stop_url(self) -> str:
        """The list without selecting."""
        return self.trail.list_url()

    @property
    def start_url(self) -> str:
        """The list in selection mode."""
        return f"{self.stop_url}{'&' if '?' in self.stop_url else '?'}select=1"


def selectable(request: HttpRequest) -> Selectable | None:
    """Return what tiles need for selecting; None for visitors, who can't select."""
    if not request.user.is_authenticated:
        return None
    return Selectable(tuple(targets_for(request.user)))


def selection_bar(
    request: HttpRequest, *, trail: Trail, images: QuerySet[Image], total: int
) -> SelectionBar | None:
    """Return the bar for a list of `total` pictures, `images`; None for visitors."""
    found = selectable(request)
    if found is None:
        return None
    if sees_everything(request.user):
        editable = total
    elif trail.slug:
        editable = total if any(each.slug == trail.slug for each in found.open_to) else 0
    else:
        editable = images.order_by().filter(collection_id__in=found.editable).count()
    return SelectionBar(
        trail=trail,
        selectable=found,
        total=total,
        read_only=total - editable,
        is_on="select" in request.GET,
    )


def results_bar(request: HttpRequest, *, trail: Trail, good: int) -> SelectionBar | None:
    """Return the bar for a page of search results with `good` good matches; None for visitors."""
    found = selectable(request)
    if found is None:
        return None
    is_on = "select" in request.GET
    return SelectionBar(trail=trail, selectable=found, total=good, is_search=True, is_on=is_on)


def targets_for(viewer: Viewer) -> QuerySet[Collection]:
    """Return the collections that pictures can be moved and copied to, by name."""
    return Collection.objects.open_to_uploads_by(viewer).order_by("name", "pk")
