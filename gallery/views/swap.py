"""Shows what became of some pictures of a list without leaving the page.

A form with `data-selection` and `hx-post` sends the ids of the pictures ticked on the page. The
answer is one fragment (templates/gallery/_changed.html) that htmx swaps in by the pictures' ids:
tiles of those that are still in the list, removals of the others, the parts of the page that count
pictures, and the toast that offers to undo. static/js/swap.js then moves the keyboard on.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import trigger_client_event

from gallery.browsing import for_tiles
from gallery.models import Image
from gallery.views.undo import undo_offer

# The event that static/js/swap.js and static/js/selection.js wait for.
CHANGED = "semblance:changed"


def changed_pictures(
    request: HttpRequest, *, images: QuerySet[Image], ids: AbstractSet[int], context: dict[str, Any]
) -> HttpResponse:
    """Render what became of the pictures with these ids in the list `images`.

    `context` is what the tiles take, and `parts`: names of templates to swap in as well, each of
    one element with an id and `hx-swap-oob` if `oob` is set. `tile_template` replaces the tile.
    """
    there = list(for_tiles(images.filter(pk__in=ids)))
    gone = sorted(ids - {image.pk for image in there})
    shown = {"images": there, "gone": gone, "undo": undo_offer(request)}
    response = render(request, "gallery/_changed.html", {**context, **shown})
    return trigger_client_event(response, CHANGED, after="swap")


def nothing_changed(request: HttpRequest) -> HttpResponse:
    """Render only the messages, for a change that was refused: the selection stays as it is."""
    return render(request, "gallery/_changed.html")
