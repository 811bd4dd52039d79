"""Upload batches: the files that a person uploads at once, each recorded with its outcome.

Entry points call these and notify the workers afterwards; nothing here enqueues.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.base import File
from django.db import IntegrityError
from django.utils.translation import gettext as _

from gallery.exceptions import NotAllowed, Refused
from gallery.ingest.bulk import Incoming, IngestOutcome, ingest_many
from gallery.ingest.formats import is_zip
from gallery.ingest.intake import NO_DETAILS, Destination, Details, Duplicate
from gallery.ingest.names import display_path
from gallery.ingest.sources import incoming_from_zip
from gallery.models import Collection, Fate, UploadBatch, UploadItem, User


def create_batch(owner: User, *, collection: Collection) -> UploadBatch:
    """Start a batch of uploads. Raise NotAllowed if the person may not add pictures."""
    _check_may_add(owner, collection)
    with _not_allowed_if_deleted(collection):
        return UploadBatch.objects.create(owner=owner, collection=collection)


def add_file_to_batch(
    batch: UploadBatch, *, file: File[bytes], name: str, details: Details = NO_DETAILS
) -> list[UploadItem]:
    """Ingest one uploaded file and record its outcome. A zip becomes one item per file in it.
    Refusals are items, never exceptions. Raise NotAllowed if the person has lost permission.

    The pictures are queued when this returns: the caller notifies the workers.
    """
    return list(iterate_file_into_batch(batch, file=file, name=name, details=details))


def iterate_file_into_batch(
    batch: UploadBatch, *, file: File[bytes], name: str, details: Details = NO_DETAILS
) -> Iterator[UploadItem]:
    """Do the same as add_file_to_batch, yielding each item as it is done."""
    _check_may_add(batch.owner, batch.collection)
    destination = Destination(collection=batch.collection, owner=batch.owner)
    incoming = _incoming(file, name=display_path(name), details=details)
    with _not_allowed_if_deleted(batch.collection):
        for outcome in ingest_many(incoming, to=destination):
            yield _write_item(batch, outcome)


def _check_may_add(owner: User, collection: Collection) -> None:
    if not Collection.objects.open_to_uploads_by(owner).filter(pk=collection.pk).exists():
        raise NotAllowed(_("You can’t add pictures to this collection."), reason="may_not_add")


@contextmanager
def _not_allowed_if_deleted(collection: Collection) -> Iterator[None]:
    """Turn the database error for a collection deleted in the meantime into NotAllowed."""
    try:
        yield
    except IntegrityError as error:
        if Collection.objects.filter(pk=collection.pk).exists():
            raise
        raise NotAllowed(
            _("That collection has been deleted. Choose another one."), reason="collection_gone"
        ) from error


def _incoming(file: File[bytes], *, name: str, details: Details) -> Iterator[Incoming]:
    file.seek(0)
    zipped = is_zip(file.read(4))
    file.seek(0)
    if zipped and file.file is not None:
        yield from incoming_from_zip(file.file, name=name, details_of=lambda _path: details)
    else:
        yield Incoming(name=name, source=file, details=details)


def _write_item(batch: UploadBatch, outcome: IngestOutcome) -> UploadItem:
    item = UploadItem(batch=batch, name=outcome.name, size_bytes=outcome.size_bytes)
    result = outcome.result
    if isinstance(result, Refused):
        item.fate, item.reason, item.sentence = Fate.REFUSED, result.reason, result.sentence
    elif isinstance(result, Duplicate):
        item.fate, item.image = Fate.DUPLICATE, result.of
    else:
        item.fate, item.image = Fate.STORED, result.image
    item.save()
    return item
