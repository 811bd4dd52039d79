"""Moving pictures from one collection to another, which changes who may see them."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from gallery.exceptions import LibraryProblem, NotAllowed
from gallery.library.changes import Change
from gallery.library.picking import lock_pictures
from gallery.models import Collection, Image
from gallery.models.image import ImageQuerySet
from gallery.models.people import Viewer


def move_images(
    images: ImageQuerySet, *, to: Collection, by: Viewer, expected: int | None = None
) -> Change:
    """Moves live pictures. One whose bytes are in the target already stays where it is.

    Raises NotAllowed when `by` may not add to the target, LibraryProblem for a changed selection.
    """
    if not Collection.objects.open_to_uploads_by(by).filter(pk=to.pk).exists():
        raise NotAllowed("You may not add pictures to that collection.")
    try:
        with transaction.atomic():
            return _move(lock_pictures(images.live(), by=by, expected=expected), to=to)
    except IntegrityError as error:
        raise LibraryProblem(
            "Somebody added one of these pictures there just now: try again.", reason="raced"
        ) from error


def _move(images: list[Image], *, to: Collection) -> Change:
    there = set(
        Image.objects.live()
        .filter(collection=to, sha256__in=[image.sha256 for image in images])
        .values_list("sha256", flat=True)
    )
    sources: dict[int, list[int]] = {}
    for image in images:
        if image.collection_id == to.pk or image.sha256 in there:
            continue
        there.add(image.sha256)
        sources.setdefault(image.collection_id, []).append(image.pk)
    moved = [pk for ids in sources.values() for pk in ids]
    Image.objects.filter(pk__in=moved).update(collection=to)
    return Change(
        kind="move",
        ids=tuple(moved),
        skipped=len(images) - len(moved),
        target=to.pk,
        sources={pk: tuple(ids) for pk, ids in sources.items()},
    )


def undo_move(change: Change, *, by: Viewer) -> int:
    """Moves those pictures back that still are where the change put them. Returns how many."""
    back = 0
    targets = Collection.objects.open_to_uploads_by(by).in_bulk(list(change.sources))
    for pk, collection in targets.items():
        images = Image.objects.filter(pk__in=change.sources[pk], collection=change.target)
        back += len(move_images(images, to=collection, by=by).ids)
    return back
