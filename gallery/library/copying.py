"""Copying pictures into another collection: new rows that share the stored files."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gallery.ingest.blobs import release_blobs
from gallery.library.access import check_signed_in
from gallery.library.changes import Change
from gallery.library.picking import check_expected, lock_pictures
from gallery.library.places import fill_places, lock_target
from gallery.models import Collection, EmbeddingJob, Image
from gallery.models.image import ImageQuerySet
from gallery.models.people import Viewer
from gallery.vectors import copy_vectors

# Rows in one statement, each with the data of one picture.
COPY_STEP = 500


@transaction.atomic
def copy_images(
    images: ImageQuerySet, *, to: Collection, by: Viewer, expected: int | None = None
) -> Change:
    """Copy live pictures that `by` can see, with their captions, tags and vectors.

    Pictures whose files are already in the target are skipped. The copies belong to `by` and come
    first in the target, in the order of the originals. Raise NotAllowed if `by` may not add to the
    target, LibraryProblem if the selection changed or the target was deleted.
    """
    owner_id = check_signed_in(by)
    lock_target(to, by=by)
    # The lock keeps a row, and with it the files, from being deleted until the copy is committed.
    originals = list(
        images.visible_to(by)
        .order_by("created_at", "pk")
        .defer("search_document")
        .select_for_update(of=("self",), no_key=True)
    )
    check_expected(len(originals), expected=expected)
    by_key = {image.pk: image for image in originals}
    copies: dict[int, Image] = {}

    def write(free: list[int]) -> None:
        copies.clear()
        copies.update({pk: _copy_of(by_key[pk], to=to, owner_id=owner_id) for pk in free})
        Image.objects.bulk_create(copies.values(), batch_size=COPY_STEP)

    copied = fill_places(originals, place_of=lambda _image: to.pk, write=write)
    copy_vectors({pk: copies[pk].pk for pk in copied})
    ids = tuple(copies[pk].pk for pk in copied)
    EmbeddingJob.objects.enqueue_missing(Image.objects.filter(pk__in=ids))
    return Change(kind="copy", ids=ids, skipped=len(originals) - len(ids), target=to.pk)


@transaction.atomic
def undo_copy(change: Change, *, by: Viewer) -> int:
    """Delete the copies that are still where the change put them, and return how many.

    Raise NotAllowed.
    """
    there = Image.objects.live().filter(pk__in=change.ids, collection=change.target)
    copies = Image.objects.filter(pk__in=[image.pk for image in lock_pictures(there, by=by)])
    release_blobs(copies.only("sha256", "original"))
    deleted = copies.count()
    copies.delete()
    return deleted


def _copy_of(image: Image, *, to: Collection, owner_id: int) -> Image:
    generated = {"id", "search_document"}
    values = {
        field.attname: getattr(image, field.attname)
        for field in Image._meta.concrete_fields
        if field.attname not in generated
    }
    values |= {
        "original": image.original.name,
        "collection_id": to.pk,
        "owner_id": owner_id,
        "created_at": timezone.now(),
    }
    return Image(**values)
