"""A collection holds the same bytes only once among its live pictures. Moves, copies and restores
claim that place here, while uploads of the same bytes may run concurrently."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from gallery.exceptions import LibraryProblem, NotAllowed
from gallery.library.access import check_signed_in
from gallery.models import Collection, Image
from gallery.models.people import Viewer

# Each retry means that someone added one of these files at the same moment.
MAX_TRIES = 5


def lock_target(to: Collection, *, by: Viewer) -> None:
    """Keep the target collection from being deleted until the transaction ends; uploads into it
    continue. Raise NotAllowed if `by` may not add to it, LibraryProblem if it has been deleted."""
    check_signed_in(by)
    is_there = Collection.objects.select_for_update(no_key=True).filter(pk=to.pk).exists()
    if not is_there:
        raise LibraryProblem(
            _("That collection has been deleted. Choose another."), reason="collection_gone"
        )
    if not Collection.objects.open_to_uploads_by(by).filter(pk=to.pk).exists():
        raise NotAllowed(_("You can't add pictures to that collection."))


def take_places(
    images: Sequence[Image], *, place_of: Callable[[Image], int], update: dict[str, Any]
) -> list[int]:
    """Apply `update` to the pictures whose bytes are not yet in their collection.

    `place_of` returns the key of a picture's target collection. Of several with the same bytes, the
    first one goes there. Return the keys of the pictures updated. Call it inside a transaction that
    has locked the pictures. Raise LibraryProblem if concurrent uploads keep claiming them.
    """

    def write(free: list[int]) -> None:
        Image.objects.filter(pk__in=free).update(**update)

    return fill_places(images, place_of=place_of, write=write)


def fill_places(
    images: Sequence[Image],
    *,
    place_of: Callable[[Image], int],
    write: Callable[[list[int]], None],
) -> list[int]:
    """Do the same for any way to write: call `write` with the keys of the pictures that fit, again
    if an upload intervened, and return the keys of the last call."""
    for _attempt in range(MAX_TRIES):
        free = _free(images, place_of)
        try:
            with transaction.atomic():
                write(free)
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
