"""The trash: pictures stay there, hidden from all lists and searches, until they are restored or
permanently deleted."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery.exceptions import LibraryProblem
from gallery.ingest.blobs import release_blobs
from gallery.library.access import check_administers
from gallery.library.changes import Change
from gallery.library.picking import lock_pictures, lock_selection
from gallery.library.places import take_places
from gallery.models import Image
from gallery.models.image import ImageQuerySet
from gallery.models.people import Viewer

# Rows permanently deleted in one transaction: a large trash must not hold its locks for minutes.
PURGE_STEP = 500


@transaction.atomic
def trash_images(images: ImageQuerySet, *, by: Viewer, expected: int | None = None) -> Change:
    """Move live pictures to the trash. Raise NotAllowed, and LibraryProblem for a changed
    selection."""
    locked, read_only = lock_selection(images.live(), by=by, expected=expected)
    now = timezone.now()
    ids = tuple(image.pk for image in locked)
    Image.objects.filter(pk__in=ids).update(deleted_at=now)
    return Change(kind="trash", ids=ids, read_only=read_only, stamp=now.isoformat())


@transaction.atomic
def restore_images(images: ImageQuerySet, *, by: Viewer, expected: int | None = None) -> Change:
    """Restore pictures from the trash. A picture whose bytes have been added again stays there. Of
    several with the same bytes, the newest is restored. Raise NotAllowed, and LibraryProblem for a
    changed selection."""
    locked = lock_pictures(images.trashed(), by=by, expected=expected)
    restored = take_places(
        locked[::-1], place_of=lambda image: image.collection_id, update={"deleted_at": None}
    )
    return Change(kind="restore", ids=tuple(sorted(restored)), skipped=len(locked) - len(restored))


def undo_trash(change: Change, *, by: Viewer) -> int:
    """Restore exactly the pictures that a change moved to the trash and that are still there. Raise
    NotAllowed."""
    moment = datetime.fromisoformat(change.stamp)
    images = Image.objects.filter(pk__in=change.ids, deleted_at=moment)
    return len(restore_images(images, by=by).ids)


def purge_images(images: ImageQuerySet, *, by: Viewer, expected: int | None = None) -> int:
    """Permanently delete pictures in the trash, with their files. Return how many. Raise
    NotAllowed, and LibraryProblem for a changed selection."""
    with transaction.atomic():
        locked = lock_pictures(images.trashed(), by=by, expected=expected)
        return _purge([image.pk for image in locked])


def purge_trash(*, older_than_days: int, by: Viewer) -> int:
    """Permanently delete all pictures that have been in the trash for this many days. Return how
    many. Raise NotAllowed unless `by` is an administrator or the site itself."""
    check_administers(by)
    if older_than_days < 0:
        raise LibraryProblem(_("The trash can't keep pictures for fewer than 0 days."))
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
    """Delete rows now and, once the transaction commits, the files that no other row names."""
    images = list(Image.objects.filter(pk__in=ids).only("pk", "sha256", "original"))
    release_blobs(images)
    Image.objects.filter(pk__in=ids).delete()
    return len(images)
