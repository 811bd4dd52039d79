"""Lists that keep the reader's place: the position in their URLs, and the pictures to show there.

Browse and collection pages share this. `?at=12` shows the list around picture 12, and `?after=` and
`?before=` continue it in either direction. Without a valid position the list starts at the newest
picture.
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

# Takes the parameters of a position, such as [("after", "…")], and returns the URL of the list.
PlaceAddress = Callable[[list[tuple[str, str]]], str]


def position_from(params: QueryDict) -> Position:
    """Parse the position in a URL; invalid values are ignored."""
    at = params.get("at", "")
    return Position(
        after=params.get("after", ""),
        before=params.get("before", ""),
        at=int(at) if is_number(at) else None,
    )


def anchor_of(pk: int) -> str:
    """Return the fragment of a picture's tile; templates/gallery/_tile.html sets the id."""
    return f"#image-{pk}"


def place_pairs(pk: int | None) -> list[tuple[str, str]]:
    """Return the URL parameters for the position of a picture; none for no picture."""
    return [] if pk is None else [("at", str(pk))]


def list_context(
    request: HttpRequest, images: QuerySet[Image], *, address: PlaceAddress
) -> dict[str, Any]:
    """Return the context of templates/gallery/_grid.html and _grid_page.html."""
    position, size = position_from(request.GET), settings.SEARCH_PAGE_SIZE
    shown = slice_at(images, position=position, viewer=request.user, size=size)
    if not (shown.images or position.is_start or request.htmx):  # type: ignore[attr-defined]
        # There is nothing beyond this end of the list, so the page shows the start.
        shown = newest_slice(images, after="", size=size)
    return {
        "images": shown.images,
        "at": shown.at,
        "next_url": address([("after", shown.next_after)]) if shown.next_after else "",
        "newer_url": address([("before", shown.next_before)]) if shown.next_before else "",
        "goes_up": bool(position.before),
        "first_url": address([]),
    }
