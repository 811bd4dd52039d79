"""Upload batches: files that a person sends, each with its fate, and how far each has come since.

Entry points call these and hint the workers afterwards; nothing here enqueues.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from django.core.files.base import File
from django.db import IntegrityError
from django.db.models import (
    Case,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from gallery.exceptions import NotAllowed, Refused
from gallery.ingest.bulk import Incoming, IngestOutcome, ingest_many
from gallery.ingest.formats import is_zip
from gallery.ingest.intake import NO_DETAILS, Destination, Details, Duplicate
from gallery.ingest.names import display_path
from gallery.ingest.sources import incoming_from_zip
from gallery.models import (
    Collection,
    Embedding,
    EmbeddingJob,
    Encoder,
    Fate,
    UploadBatch,
    UploadItem,
    User,
)


class FileState(StrEnum):
    """Where a file of a batch stands now."""

    WAITING = "waiting"
    SEARCHABLE = "searchable"
    FAILED = "failed"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    DELETED = "deleted"


@dataclass(frozen=True, kw_only=True)
class ItemProgress:
    """A file of a batch, where it stands, and the sentence that goes with it (or none)."""

    item: UploadItem
    progress: FileState
    sentence: str


def create_batch(owner: User, *, collection: Collection) -> UploadBatch:
    """Begins a sitting of uploads. Raises NotAllowed where the person may not add pictures."""
    _check_may_add(owner, collection)
    with _not_allowed_if_deleted(collection):
        return UploadBatch.objects.create(owner=owner, collection=collection)


def add_file_to_batch(
    batch: UploadBatch, *, file: File[bytes], name: str, details: Details = NO_DETAILS
) -> list[UploadItem]:
    """Takes one uploaded file in and writes down its fate; a zip becomes an item for each of its
    files. Refusals are items, never exceptions. Raises NotAllowed when the person lost the right.

    The pictures wait in the queue when this returns: the caller hints the workers.
    """
    return list(iterate_file_into_batch(batch, file=file, name=name, details=details))


def iterate_file_into_batch(
    batch: UploadBatch, *, file: File[bytes], name: str, details: Details = NO_DETAILS
) -> Iterator[UploadItem]:
    """add_file_to_batch, item by item as they are done."""
    _check_may_add(batch.owner, batch.collection)
    destination = Destination(collection=batch.collection, owner=batch.owner)
    incoming = _incoming(file, name=display_path(name), details=details)
    with _not_allowed_if_deleted(batch.collection):
        for outcome in ingest_many(incoming, to=destination):
            yield _write_item(batch, outcome)


def batch_progress(batch: UploadBatch, *, only: Sequence[int] | None = None) -> list[ItemProgress]:
    """Every file of the batch, or only those of these ids, and where it stands: two queries."""
    items = batch.items.select_related("image").defer("image__exif", "image__search_document")
    if only is not None:
        items = items.filter(pk__in=only)
    return [_progress_of(item) for item in _with_embedding_state(items)]


def batch_counts(batch: UploadBatch) -> dict[FileState, int]:
    """How many files of the batch stand where, without reading them all: two queries."""
    standing = Case(
        When(fate=Fate.REFUSED, then=Value(FileState.REFUSED)),
        When(
            Q(image__isnull=True) | Q(image__deleted_at__isnull=False),
            then=Value(FileState.DELETED),
        ),
        When(fate=Fate.DUPLICATE, then=Value(FileState.DUPLICATE)),
        When(has_vector=True, then=Value(FileState.SEARCHABLE)),
        When(has_failed=True, then=Value(FileState.FAILED)),
        default=Value(FileState.WAITING),
    )
    counted = (
        _with_embedding_state(batch.items.order_by())
        .values(standing=standing)
        .annotate(count=Count("pk"))
    )
    counts = dict.fromkeys(FileState, 0)
    counts |= {FileState(row["standing"]): row["count"] for row in counted}
    return counts


def _check_may_add(owner: User, collection: Collection) -> None:
    if not Collection.objects.open_to_uploads_by(owner).filter(pk=collection.pk).exists():
        raise NotAllowed("You may not add pictures to this collection.", reason="may_not_add")


@contextmanager
def _not_allowed_if_deleted(collection: Collection) -> Iterator[None]:
    """Turns what the database says of a collection deleted meanwhile into NotAllowed."""
    try:
        yield
    except IntegrityError as error:
        if Collection.objects.filter(pk=collection.pk).exists():
            raise
        raise NotAllowed(
            "That collection was deleted meanwhile: choose another.", reason="collection_gone"
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


def _with_embedding_state(items: QuerySet[UploadItem]) -> QuerySet[UploadItem]:
    encoder = Encoder.objects.active()
    encoder_id = encoder.pk if encoder is not None else 0
    vectors = Embedding.objects.filter(image_id=OuterRef("image_id"), encoder_id=encoder_id)
    failed = EmbeddingJob.objects.quarantined().filter(
        image_id=OuterRef("image_id"), encoder_id=encoder_id
    )
    return items.annotate(
        has_vector=Exists(vectors),
        has_failed=Exists(failed),
        failure=Coalesce(
            Subquery(failed.values("reason")[:1]), Value(""), output_field=TextField()
        ),
    )


def _progress_of(item: UploadItem) -> ItemProgress:
    progress, sentence = FileState.WAITING, item.sentence
    if item.fate == Fate.REFUSED:
        progress = FileState.REFUSED
    elif item.image is None or item.image.is_trashed:
        progress = FileState.DELETED
    elif item.fate == Fate.DUPLICATE:
        progress = FileState.DUPLICATE
    elif getattr(item, "has_vector", False):
        progress = FileState.SEARCHABLE
    elif getattr(item, "has_failed", False):
        progress, sentence = FileState.FAILED, str(getattr(item, "failure", ""))
    return ItemProgress(item=item, progress=progress, sentence=sentence)
