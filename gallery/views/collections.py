"""Collections: the list, the form for a new one, and the page of a single collection.

A collection that the person may not see is a 404, as if it did not exist.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gallery.browsing import collection_facets, coverage, covers_of, with_counts
from gallery.exceptions import SemblanceError
from gallery.forms import CollectionForm, add_problem
from gallery.library.collections import (
    create_collection,
)
from gallery.models import Collection, User
from gallery.search import Filters, matching_images
from gallery.views.filter_menus import FilterBar, filter_bar
from gallery.views.places import list_context
from gallery.views.search_scope import SearchScope
from gallery.views.selecting import selectable, selection_bar
from gallery.views.trail import Trail
from gallery.views.undo import undo_offer
from gallery.views.upload_rows import limits

COLLECTIONS_PER_PAGE = 24


@require_GET
def collections(request: HttpRequest) -> HttpResponse:
    """Show the collections that the viewer may see as cards."""
    visible = Collection.objects.visible_to(request.user).select_related("owner").order_by("name")
    page = Paginator(with_counts(visible), COLLECTIONS_PER_PAGE).get_page(request.GET.get("page"))
    cards = list(page.object_list)
    pictures = covers_of(cards)
    for card in cards:
        for image in pictures.get(card.pk, []):
            image.collection = card
    context = {"page": page, "cards": [(card, pictures.get(card.pk, [])) for card in cards]}
    return render(request, "collections/list.html", {**context, "undo": undo_offer(request)})


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form for a new collection, and create the collection."""
    form = CollectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_collection(cast(User, request.user), by=request.user, **form.cleaned_data)
        except SemblanceError as problem:
            add_problem(problem, to=[form])
        else:
            messages.success(
                request, _("%(name)s is ready. Add some pictures.") % {"name": made.name}
            )
            return redirect(made)
    status = 422 if form.is_bound else 200
    return render(request, "collections/new.html", {"form": form}, status=status)


@require_GET
def collection(request: HttpRequest, *, slug: str) -> HttpResponse:
    """Show the pictures of a collection, newest first; htmx requests more as the reader scrolls."""
    found = visible_collection(request, slug)
    filters = filters_from(request.GET, found)
    images = matching_images(filters, viewer=request.user)
    context = {
        "collection": found,
        **list_context(request, images, address=lambda place: _place_url(request, place)),
        "trail": str(_trail(found, filters)),
    }
    if request.htmx:  # type: ignore[attr-defined]
        context["select"] = selectable(request)
        response = render(request, "gallery/_grid_page.html", context)
    else:
        context |= _around_the_grid(request, found, filters)
        response = render(request, "collections/collection.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _around_the_grid(request: HttpRequest, found: Collection, filters: Filters) -> dict[str, Any]:
    """Return the context of everything on the page except the pictures."""
    may_edit = _may_edit(request, found)
    return {
        **list_parts(request, found, filters),
        "may_edit": may_edit,
        "may_manage": Collection.objects.managed_by(request.user).filter(pk=found.pk).exists(),
        "bar": _bar(found, filters),
        "arrivals_url": _arrivals_url(found, filters),
        "scope": SearchScope(slug=found.slug, name=found.name),
        "picture_fields": [("collection", found.slug)],
        "undo": undo_offer(request),
        **limits(),
    }


def list_parts(request: HttpRequest, found: Collection, filters: Filters) -> dict[str, Any]:
    """Return the context of the tiles and of the parts that depend on the listed pictures: their
    number, and the actions for all of them."""
    images = matching_images(filters, viewer=request.user)
    counted = coverage(images)
    trail = _trail(found, filters)
    bar = selection_bar(request, trail=trail, images=images, total=counted.pictures)
    return {
        "collection": found,
        "coverage": counted,
        "is_filtered": trail.params != "",
        "selection": bar,
        "select": bar.selectable if bar else None,
        "trail": str(trail),
    }


def _trail(found: Collection, filters: Filters) -> Trail:
    return Trail(place=f"collections/{found.slug}", params=urlencode(_filter_pairs(filters)))


def visible_collection(request: HttpRequest, slug: str) -> Collection:
    """Return the collection with this slug; 404 if the person may not see it."""
    visible = Collection.objects.visible_to(request.user).select_related("owner")
    return get_object_or_404(visible, slug=slug)


def filters_from(params: QueryDict, found: Collection) -> Filters:
    """Parse the filters of a URL or form, limited to one collection."""
    return replace(Filters.from_params(params), collections=(found.slug,))


def _filter_pairs(filters: Filters) -> list[tuple[str, str]]:
    return replace(filters, collections=()).pairs()


def _bar(found: Collection, filters: Filters) -> FilterBar:
    filters = replace(filters, collections=())
    return filter_bar(
        filters,
        facets=collection_facets(found, filters=filters),
        address=lambda changed: _trail(found, changed).list_url(),
    )


def _arrivals_url(found: Collection, filters: Filters) -> str:
    path = reverse("gallery:collection-arrivals", kwargs={"slug": found.slug})
    pairs = _filter_pairs(filters)
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _place_url(request: HttpRequest, place: list[tuple[str, str]]) -> str:
    """Return the URL of this list at another position, with the same filters and selection mode."""
    params = request.GET.copy()
    for name in ("after", "before", "at"):
        params.pop(name, None)
    params.update(dict(place))
    return f"{request.path}?{params.urlencode()}" if params else request.path


def _may_edit(request: HttpRequest, found: Collection) -> bool:
    return Collection.objects.open_to_uploads_by(request.user).filter(pk=found.pk).exists()
