"""The tiles, counts and selection bar of a list after some of its pictures changed: browse, a
collection or search results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, QueryDict

from gallery.exceptions import SemblanceError
from gallery.models import Collection
from gallery.models.image import ImageQuerySet
from gallery.search import Hit, SearchQuery, matching_images, run_search
from gallery.views import browse, collections, search
from gallery.views.trail import SEARCH, Trail


@dataclass(frozen=True, kw_only=True)
class ChangedList:
    """The pictures now in the list, the context of its templates, and how results match."""

    images: ImageQuerySet
    context: dict[str, Any]
    hits: Mapping[int, Hit] = field(default_factory=dict)


def parts_of_list(request: HttpRequest, trail: Trail) -> ChangedList | None:
    """Return what a list shows now, or None if it is empty."""
    if trail.place == SEARCH:
        return _results(request, trail)
    images = matching_images(trail.filters, viewer=request.user)
    if not trail.slug:
        context = browse.list_parts(request, trail.filters)
        parts = ["gallery/_browse_facts.html", "gallery/_selection.html"]
    else:
        visible = Collection.objects.visible_to(request.user).select_related("owner")
        found = visible.filter(slug=trail.slug).first()
        if found is None:
            return None
        context = collections.list_parts(request, found, trail.filters)
        parts = ["collections/_facts.html", "gallery/_selection.html"]
    if not context["coverage"].pictures:
        return None
    return ChangedList(images=images, context={**context, "parts": parts})


def _results(request: HttpRequest, trail: Trail) -> ChangedList | None:
    query = SearchQuery.from_params(QueryDict(trail.params))
    try:
        page = run_search(query, viewer=request.user)
    except SemblanceError:  # the query picture or the encoder is gone
        return None
    if not page.hits:
        return None
    context = {"page": page, "query": query, **search.results_context(request, page)}
    return ChangedList(
        images=matching_images(query.filters, viewer=request.user),
        context={**context, "parts": ["gallery/_status.html", "gallery/_selection.html"]},
        hits={hit.image.pk: hit for hit in page.hits},
    )
