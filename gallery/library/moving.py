"""Move pictures from one collection to another, which changes who may see them."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from gallery.exceptions import NotAllowed
from gallery.library.access import check_signed_in
from gallery.library.changes import Change
from gallery.library.picking import lock_selection
from gallery.library.places import lock_target, take_places
from gallery.models import Collection, Image
from gallery.models.image import ImageQuerySet
from gallery.models.people import Viewer


@transaction.atomic
def move_images(
    images: ImageQuerySet, *, to: Collection, by: Viewer, expected: int | None = None
) -> Change:
    """Move live pictures. A picture whose bytes are already in the target stays where it is. Raise
    NotAllowed if `by` may not add to the target or edit the pictures, LibraryProblem for a changed
    selection and for a deleted target."""
    lock_target(to, by=by)
    locked, read_only = lock_selection(images.live(), by=by, expected=expected)
    elsewhere = [image for image in locked if image.collection_id != to.pk]
    moved = set(
        take_places(elsewhere, place_of=lambda _image: to.pk, update={"collection_id": to.pk})
    )
    sources: dict[int, list[int]] = {}
    for image in elsewhere:
        if image.pk in moved:
            sources.setdefault(image.collection_id, []).append(image.pk)
    return Change(
        kind="move",
        ids=tuple(pk for ids in sources.values() for pk in ids),
        skipped=len(locked) - len(moved),
        read_only=read_only,
        target=to.pk,
        sources={pk: tuple(ids) for pk, ids in sources.items()},
    )


def undo_move(change: Change, *, by: Viewer) -> int:
    """Move back the pictures that are still where the change put them. Return how many. Raise
    NotAllowed if `by` may add to none of their original collections."""
    check_signed_in(by)
    back = 0
    sources = Collection.objects.in_bulk(list(change.sources))
    allowed = Collection.objects.open_to_uploads_by(by).in_bulk(list(sources))
    if sources and not allowed:
        raise NotAllowed(_("You can't add pictures to the collection that they came from."))
    for pk, collection in allowed.items():
        images = Image.objects.filter(pk__in=change.sources[pk], collection=change.target)
        back += len(move_images(images, to=collection, by=by).ids)
    return back
