"""The front page: the newest pictures with infinite scrolling, filters and example searches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from gallery.browsing import coverage, example_queries, facets
from gallery.search import Filters, matching_images
from gallery.views.filter_menus import filter_bar
from gallery.views.places import list_context, position_from
from gallery.views.selecting import selectable, selection_bar
from gallery.views.trail import BROWSE, Trail
from gallery.views.undo import undo_offer


@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """Render the page, or only the next pictures for htmx."""
    filters = Filters.from_params(request.GET)
    images = matching_images(filters, viewer=request.user)
    mode = [("select", "1")] if "select" in request.GET else []
    context: dict[str, Any] = {
        **list_context(
            request, images, address=lambda place: _address(filters, place=[*place, *mode])
        ),
        "trail": str(_trail(filters)),
    }
    template = "gallery/_grid_page.html"
    if request.htmx:  # type: ignore[attr-defined]
        context["select"] = selectable(request)
    else:
        template = "gallery/browse.html"
        offered = facets(request.user, filters=filters)
        context |= {
            "undo": undo_offer(request),
            "filters": filters,
            **list_parts(request, filters),
            "bar": filter_bar(filters, facets=offered, address=_address),
            "examples": example_queries(request.user)
            if filters.is_empty and position_from(request.GET).is_start
            else [],
        }
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def list_parts(request: HttpRequest, filters: Filters) -> dict[str, Any]:
    """Return the context of the parts of the page that depend on the listed pictures."""
    images = matching_images(filters, viewer=request.user)
    counted, trail = coverage(images), _trail(filters)
    bar = selection_bar(request, trail=trail, images=images, total=counted.pictures)
    return {
        "coverage": counted,
        "selection": bar,
        "select": bar.selectable if bar else None,
        "trail": str(trail),
    }


def _trail(filters: Filters) -> Trail:
    return Trail(place=BROWSE, params=urlencode(filters.pairs()))


def _address(filters: Filters, *, place: Sequence[tuple[str, str]] = ()) -> str:
    pairs = [*filters.pairs(), *place]
    path = reverse("gallery:browse")
    return f"{path}?{urlencode(pairs)}" if pairs else path
