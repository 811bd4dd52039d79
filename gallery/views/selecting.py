"""Selecting pictures in a list: which tiles someone may edit, and the bar that acts on them.
gallery.views.selection carries out the actions.

Anyone who is signed in can select: pictures they can only view can be copied and downloaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from gallery.models import Collection, Image
from gallery.models.people import Viewer, sees_everything
from gallery.search import SearchPage, good_matches, matching_images
from gallery.views.trail import Trail, search_trail


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
    not edit. In search results (`is_search`) “all” means the good matches on all pages; `has_more`
    is set if there are more of them than a search lists. `is_on` starts the page in selection mode,
    for browsers without JavaScript.
    """

    trail: Trail
    selectable: Selectable
    total: int
    read_only: int = 0
    is_search: bool = False
    has_more: bool = False
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


def results_bar(request: HttpRequest, *, page: SearchPage) -> SelectionBar | None:
    """Return the bar for a page of search results; None for visitors."""
    found = selectable(request)
    if found is None:
        return None
    trail = search_trail(page.query)
    if page.good is None:  # filters alone
        images = matching_images(page.query.filters, viewer=request.user)
        return selection_bar(request, trail=trail, images=images, total=images.count())
    ids, has_more = page.good_ids, page.more_good
    if has_more:
        every = good_matches(page.query, viewer=request.user)
        ids, has_more = every.good_ids, every.more_good
    counts = (
        Image.objects.filter(pk__in=ids)
        .visible_to(request.user)
        .aggregate(
            total=Count("pk"),
            read_only=Count("pk", filter=~Q(collection_id__in=found.editable)),
        )
    )
    return SelectionBar(
        trail=trail,
        selectable=found,
        **counts,
        is_search=True,
        has_more=has_more,
        is_on="select" in request.GET,
    )


def targets_for(viewer: Viewer) -> QuerySet[Collection]:
    """Return the collections that pictures can be moved and copied to, by name."""
    return Collection.objects.open_to_uploads_by(viewer).order_by("name", "pk")
