"""A collection holds the same bytes only once among its live pictures. Moves and restores claim
that place here, while uploads of the same bytes may run concurrently."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from gallery.exceptions import LibraryProblem
from gallery.models import Image

# Each retry means that someone added one of these files at the same moment.
MAX_TRIES = 5


def take_places(
    images: Sequence[Image], *, place_of: Callable[[Image], int], update: dict[str, Any]
) -> list[int]:
    """Apply `update` to the pictures whose bytes are not yet in their collection.

    `place_of` returns the key of a picture's target collection. Of several with the same bytes, the
    first one goes there. Return the keys of the pictures updated. Call it inside a transaction that
    has locked the pictures. Raise LibraryProblem when uploads keep getting in between.
    """
    for _attempt in range(MAX_TRIES):
        free = _free(images, place_of)
        try:
            with transaction.atomic():
                Image.objects.filter(pk__in=free).update(**update)
        except IntegrityError:
            # An upload of the same bytes was committed after the check: check again.
            continue
        return free
    raise LibraryProblem(
        _("Someone is adding the same pictures right now. Try again in a moment."), reason="raced"
    )


def _free(images: Sequence[Image], place_of: Callable[[Image], int]) -> list[int]:
    taken = set(
        Image.objects.live()
        .filter(
            sha256__in=[image.sha256 for image in images],
            collection_id__in={place_of(image) for image in images},
        )
        .values_list("collection_id", "sha256")
    )
    free: list[int] = []
    for image in images:
        place = (place_of(image), image.sha256)
        if place not in taken:
            taken.add(place)
            free.append(image.pk)
    return free
