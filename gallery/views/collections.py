"""Collections: the list, the page of a single collection, and its settings.

A collection that the person may not see is a 404, as if it did not exist. Its settings are a 404
for anyone who does not manage it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gallery.browsing import collection_facets, coverage, covers_of, with_counts
from gallery.exceptions import SemblanceError
from gallery.forms import COVER_CHOICES, CollectionForm, CoverForm, MemberForm, add_problem
from gallery.library.collections import (
    create_collection,
    delete_collection,
    update_collection,
)
from gallery.models import Collection, Image, User
from gallery.search import Filters, matching_images
from gallery.views.filter_menus import FilterBar, filter_bar
from gallery.views.places import anchor_of, list_context, place_pairs
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
        **tile_context(request, found, filters),
    }
    if request.htmx:  # type: ignore[attr-defined]
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
        "selecting": may_edit and "select" in request.GET,
        "bar": _bar(found, filters),
        "select_url": f"?{urlencode([*_filter_pairs(filters), ('select', '1')])}",
        "arrivals_url": _arrivals_url(found, filters),
        "undo": undo_offer(request),
        **limits(),
    }


def list_parts(request: HttpRequest, found: Collection, filters: Filters) -> dict[str, Any]:
    """Return the context of the parts that depend on the listed pictures: their number, and the
    actions for all of them."""
    open_to = Collection.objects.open_to_uploads_by(request.user).exclude(pk=found.pk)
    pairs = _filter_pairs(filters)
    return {
        "collection": found,
        "coverage": coverage(matching_images(filters, viewer=request.user)),
        "filter_fields": pairs,
        "is_filtered": bool(pairs),
        "targets": open_to.order_by("name"),
    }


def tile_context(request: HttpRequest, found: Collection, filters: Filters) -> dict[str, Any]:
    """Return the context of a collection's tiles."""
    params = urlencode(_filter_pairs(filters))
    place = f"collections/{found.slug}"
    return {
        "trail": f"{place}?{params}" if params else place,
        "select": _may_edit(request, found),
    }


def list_url(found: Collection, filters: Filters, *, at: int | None = None) -> str:
    """Return the URL of a collection's list, at the position of a picture if one is given."""
    params = urlencode([*_filter_pairs(filters), *place_pairs(at)])
    anchor = "" if at is None else anchor_of(at)
    path = found.get_absolute_url()
    return f"{path}?{params}{anchor}" if params else path


@login_required
@require_http_methods(["GET", "POST"])
def collection_settings(request: HttpRequest, *, slug: str) -> HttpResponse:
    """Edit name, description, visibility, cover and members. For managers of the collection."""
    found = managed_collection(request, slug)
    form = CollectionForm(request.POST or None, instance=found)
    newest = Image.objects.live().filter(collection=found).newest_first()
    cover_form = CoverForm(
        request.POST or None,
        images=Image.objects.live().filter(collection=found),
        initial={"cover": found.cover_id},
    )
    if request.method == "POST" and form.is_valid() and cover_form.is_valid():
        try:
            update_collection(
                found, by=request.user, **form.cleaned_data, **cover_form.cleaned_data
            )
        except SemblanceError as problem:
            add_problem(problem, to=[form, cover_form])
        else:
            messages.success(request, "Saved.")
            return redirect("gallery:collection-settings", slug=found.slug)
    # The heading shows the stored name, even if the submitted form is invalid.
    stored = Collection.objects.select_related("owner").get(pk=found.pk)
    context = {
        "collection": stored,
        "form": form,
        "cover_form": cover_form,
        "covers": _cover_choices(newest, stored),
        "member_form": MemberForm(),
        "members": stored.memberships.select_related("person").order_by("person__username"),
        "picture_count": newest.count(),
        "trash_count": Image.objects.trashed().filter(collection=found).count(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "collections/settings.html", context, status=status)


@login_required
@require_POST
def delete(request: HttpRequest, *, slug: str) -> HttpResponse:
    """Deletes an empty collection."""
    found = managed_collection(request, slug)
    try:
        delete_collection(found, by=request.user)
    except SemblanceError as problem:
        messages.error(request, problem.sentence)
        return redirect("gallery:collection-settings", slug=found.slug)
    messages.success(request, _("%(name)s was deleted.") % {"name": found.name})
    return redirect("gallery:collections")


def visible_collection(request: HttpRequest, slug: str) -> Collection:
    """Return the collection with this slug; 404 if the person may not see it."""
    visible = Collection.objects.visible_to(request.user).select_related("owner")
    return get_object_or_404(visible, slug=slug)


def managed_collection(request: HttpRequest, slug: str) -> Collection:
    """Return the collection with this slug; 404 if the person does not manage it."""
    return get_object_or_404(Collection.objects.managed_by(request.user), slug=slug)


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
        address=lambda changed: list_url(found, changed),
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


def _cover_choices(newest: QuerySet[Image], found: Collection) -> list[Image]:
    """Return the newest pictures, plus the current cover if it is older."""
    choices = list(newest.defer("exif", "search_document")[:COVER_CHOICES])
    if found.cover_id and all(one.pk != found.cover_id for one in choices):
        choices = [*newest.filter(pk=found.cover_id), *choices]
    for one in choices:
        one.collection = found
    return choices
