"""The trash: pictures rest there, invisible to everybody, until restored or deleted for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from gallery.exceptions import LibraryProblem
from gallery.ingest.blobs import release_blobs
from gallery.library.changes import Change
from gallery.library.picking import lock_pictures
from gallery.models import Image
from gallery.models.image import ImageQuerySet
from gallery.models.people import Viewer

# Rows deleted for ever in one transaction: a large trash must not hold its locks for minutes.
PURGE_STEP = 500


@transaction.atomic
def trash_images(images: ImageQuerySet, *, by: Viewer, expected: int | None = None) -> Change:
    """Puts live pictures into the trash. Raises LibraryProblem for a changed selection."""
    locked = lock_pictures(images.live(), by=by, expected=expected)
    now = timezone.now()
    ids = tuple(image.pk for image in locked)
    Image.objects.filter(pk__in=ids).update(deleted_at=now)
    return Change(kind="trash", ids=ids, stamp=now.isoformat())


@transaction.atomic
def restore_images(images: ImageQuerySet, *, by: Viewer, expected: int | None = None) -> Change:
    """Takes pictures out of the trash. One whose bytes came back another way stays there.
    Raises LibraryProblem for a changed selection."""
    locked = lock_pictures(images.trashed(), by=by, expected=expected)
    # An upload of the same bytes waits here until this transaction has ended, or has ended before.
    there = set(
        Image.objects.live()
        .filter(sha256__in=[image.sha256 for image in locked])
        .values_list("collection_id", "sha256")
    )
    restored: list[int] = []
    for image in reversed(locked):
        place = (image.collection_id, image.sha256)
        if place not in there:
            there.add(place)
            restored.append(image.pk)
    Image.objects.filter(pk__in=restored).update(deleted_at=None)
    return Change(kind="restore", ids=tuple(sorted(restored)), skipped=len(locked) - len(restored))


def undo_trash(change: Change, *, by: Viewer) -> int:
    """Restores exactly the pictures of one change that still lie in the trash since then."""
    moment = datetime.fromisoformat(change.stamp)
    images = Image.objects.filter(pk__in=change.ids, deleted_at=moment)
    return len(restore_images(images, by=by).ids)


def purge_images(images: ImageQuerySet, *, by: Viewer, expected: int | None = None) -> int:
    """Deletes pictures in the trash for ever, with their files. Returns how many."""
    with transaction.atomic():
        locked = lock_pictures(images.trashed(), by=by, expected=expected)
        return _purge([image.pk for image in locked])


def purge_trash(*, older_than_days: int) -> int:
    """Deletes for ever what has lain in the trash for so many days. Returns how many."""
    if older_than_days < 0:
        raise LibraryProblem("The trash keeps pictures for no less than 0 days.")
    before = timezone.now() - timedelta(days=older_than_days)
    done = 0
    while True:
        with transaction.atomic():
            ids = list(
                Image.objects.trashed()
                .filter(deleted_at__lte=before)
                .order_by("pk")
                .select_for_update(skip_locked=True)
                .values_list("pk", flat=True)[:PURGE_STEP]
            )
            _purge(ids)
        done += len(ids)
        if len(ids) < PURGE_STEP:
            return done


def _purge(ids: list[int]) -> int:
    """Deletes rows now and, when the transaction commits, the files that no other row names."""
    images = list(Image.objects.filter(pk__in=ids).only("pk", "sha256", "original"))
    release_blobs(images)
    Image.objects.filter(pk__in=ids).delete()
    return len(images)
