"""Lists that keep one's place: what their addresses say of it, and the slice of pictures there.

Browse and collection pages share this. `?at=12` shows the list around picture 12, `?after=` and
`?before=` continue it either way; anything that names no place shows the newest pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from gallery.browsing import Position, newest_slice, slice_at
from gallery.http.numbers import is_number
from gallery.models import Image

# From parameters that name a place, such as [("after", "…")], to the address of the list there.
PlaceAddress = Callable[[list[tuple[str, str]]], str]


def position_from(params: QueryDict) -> Position:
    """The position that an address names; invalid values are ignored."""
    at = params.get("at", "")
    return Position(
        after=params.get("after", ""),
        before=params.get("before", ""),
        at=int(at) if is_number(at) else None,
    )


def anchor_of(pk: int) -> str:
    """The fragment that leads to a picture's tile, which templates/gallery/_tile.html names."""
    return f"#image-{pk}"


def place_pairs(pk: int | None) -> list[tuple[str, str]]:
    """The parameter that names the place of a picture; none for no picture."""
    return [] if pk is None else [("at", str(pk))]


def list_context(
    request: HttpRequest, images: QuerySet[Image], *, address: PlaceAddress
) -> dict[str, Any]:
    """What templates/gallery/_grid.html and _grid_page.html show of a list."""
    position, size = position_from(request.GET), settings.SEARCH_PAGE_SIZE
    shown = slice_at(images, position=position, viewer=request.user, size=size)
    if not (shown.images or position.is_start or request.htmx):  # type: ignore[attr-defined]
        # Nothing is left at that end of the list: a page shows its start.
        shown = newest_slice(images, after="", size=size)
    return {
        "images": shown.images,
        "at": shown.at,
        "next_url": address([("after", shown.next_after)]) if shown.next_after else "",
        "newer_url": address([("before", shown.next_before)]) if shown.next_before else "",
        "goes_up": bool(position.before),
        "first_url": address([]),
    }
