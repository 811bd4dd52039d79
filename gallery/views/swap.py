"""Update changed pictures of a list without leaving the page.

A form with `data-selection` and `hx-post` sends the ids of the pictures selected on the page. The
response is one fragment (templates/gallery/_changed.html) that htmx swaps in by the pictures' ids:
tiles of pictures still in the list, removals of the others, the parts of the page that count
pictures, and the toast with Undo. static/js/swap.js then moves the keyboard focus.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import trigger_client_event

from gallery.browsing import for_tiles
from gallery.models import Image
from gallery.search import Hit
from gallery.views.undo import undo_offer

# The event that static/js/swap.js and static/js/selection.js wait for.
CHANGED = "semblance:changed"


def changed_pictures(
    request: HttpRequest,
    *,
    images: QuerySet[Image],
    ids: AbstractSet[int],
    context: dict[str, Any],
    hits: Mapping[int, Hit] | None = None,
) -> HttpResponse:
    """Render the current state of the pictures with these ids in the list `images`.

    `context` has the variables of the tiles, and `parts`: names of templates to swap in as well.
    Each of those is one element with an id, and with `hx-swap-oob` if `oob` is set.
    `tile_template` replaces the tile's template. `hits` says how pictures of a search match.
    """
    there = list(for_tiles(images.filter(pk__in=ids)))
    gone = sorted(ids - {image.pk for image in there})
    shown = {
        "tiles": [(image, (hits or {}).get(image.pk)) for image in there],
        "gone": gone,
        "undo": undo_offer(request),
    }
    response = render(request, "gallery/_changed.html", {**context, **shown})
    return trigger_client_event(response, CHANGED, after="swap")


def nothing_changed(request: HttpRequest) -> HttpResponse:
    """Render only the messages after a refused change; the selection does not change."""
    return render(request, "gallery/_changed.html")
