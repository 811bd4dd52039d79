"""The progress of an upload batch: counts, and pages of rows in order of urgency.

One SQL expression gives the state of a file, and counts, order and rows all use it. So a page takes
the same number of queries for any size of batch and never reads rows that it does not show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, overload

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from gallery.models import EmbeddingJob, Encoder, Fate, UploadBatch, UploadItem
from gallery.vectors import has_vector


class FileState(StrEnum):
    """The current state of a file in a batch."""

    WAITING = "waiting"
    SEARCHABLE = "searchable"
    FAILED = "failed"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    DELETED = "deleted"


# Files that need attention come first, then those in progress, then the rest.
NEEDS_ATTENTION = (FileState.FAILED, FileState.REFUSED)
_STORED = (FileState.WAITING, FileState.SEARCHABLE, FileState.FAILED)


@dataclass(frozen=True, kw_only=True)
class ItemProgress:
    """A file of a batch, its state, and the sentence that explains it (or none)."""

    item: UploadItem
    progress: FileState
    sentence: str


@dataclass(frozen=True, kw_only=True)
class BatchSlice:
    """Some files of a batch, and whether others follow."""

    rows: list[ItemProgress]
    has_more: bool


@dataclass(frozen=True, kw_only=True)
class BatchSummary:
    """The number of files in each state. All states are present."""

    counts: dict[FileState, int]

    @property
    def total(self) -> int:
        """All files, refused ones too."""
        return sum(self.counts.values())

    @property
    def stored(self) -> int:
        """Files that are live pictures of this batch."""
        return sum(self.counts[state] for state in _STORED)

    @property
    def is_pending(self) -> bool:
        """True if some pictures are not searchable yet."""
        return self.counts[FileState.WAITING] > 0


def summarize_batch(batch: UploadBatch) -> BatchSummary:
    """Count the files of a batch by state: two queries."""
    counted = (
        _with_state(batch.items.order_by()).values("state").annotate(count=Count("pk")).order_by()
    )
    counts = dict.fromkeys(FileState, 0)
    counts |= {FileState(row["state"]): row["count"] for row in counted}
    return BatchSummary(counts=counts)


class BatchRows(Sequence[ItemProgress]):
    """The files of a batch, most urgent first and newest first among equals; for a Paginator.

    Each slice is two queries and holds only its own rows. If a picture has since been moved to
    another collection, its row does not include it, because not everyone here may see it there.
    """

    def __init__(self, batch: UploadBatch, *, only: Sequence[int] | None = None) -> None:
        self._batch = batch
        self._items = batch.items.all()
        if only is not None:
            self._items = self._items.filter(pk__in=only)

    def __len__(self) -> int:
        return self._items.count()

    @overload
    def __getitem__(self, part: int) -> ItemProgress: ...

    @overload
    def __getitem__(self, part: slice) -> list[ItemProgress]: ...

    def __getitem__(self, part: int | slice) -> ItemProgress | list[ItemProgress]:
        if isinstance(part, int):
            return self._row(self._ordered()[part])
        return [self._row(item) for item in self._ordered()[part]]

    def __iter__(self) -> Iterator[ItemProgress]:
        for item in self._ordered():
            yield self._row(item)

    def after(self, pk: int, *, size: int, states: Collection[FileState] = ()) -> BatchSlice:
        """Return up to `size` files with larger keys, in the order in which they were sent.

        Progress does not change this order, so no file is missed or repeated. With `states`, only
        files that are in one of them.
        """
        items = _with_state(self._selected()).filter(pk__gt=pk).order_by("pk")
        if states:
            items = items.filter(state__in=states)
        rows = [self._row(item) for item in items[: size + 1]]
        shown = rows[:size]
        return BatchSlice(rows=shown, has_more=len(rows) > size)

    def _selected(self) -> QuerySet[UploadItem]:
        return self._items.select_related("image").defer("image__exif", "image__search_document")

    def _ordered(self) -> QuerySet[UploadItem]:
        urgency = Case(
            When(state__in=NEEDS_ATTENTION, then=Value(0)),
            When(state=FileState.WAITING, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        return _with_state(self._selected()).order_by(urgency, "-pk")

    def _row(self, item: UploadItem) -> ItemProgress:
        state = FileState(getattr(item, "state", ""))
        failure = str(getattr(item, "failure", ""))
        if item.image is not None and item.image.collection_id == self._batch.collection_id:
            # Already known: saves a query per thumbnail.
            item.image.collection = self._batch.collection
        else:
            item.image = None
        sentence = failure if state == FileState.FAILED else item.sentence
        return ItemProgress(item=item, progress=state, sentence=sentence)


def _with_state(items: QuerySet[UploadItem]) -> QuerySet[Any]:
    """Add `state`, a FileState, and `failure`, why the picture could not be embedded."""
    encoder = Encoder.objects.active()
    encoder_id = encoder.pk if encoder is not None else 0
    failed = EmbeddingJob.objects.quarantined().filter(
        image_id=OuterRef("image_id"), encoder_id=encoder_id
    )
    state = Case(
        When(fate=Fate.REFUSED, then=Value(FileState.REFUSED)),
        When(
            Q(image__isnull=True) | Q(image__deleted_at__isnull=False),
            then=Value(FileState.DELETED),
        ),
        When(fate=Fate.DUPLICATE, then=Value(FileState.DUPLICATE)),
        When(has_vector(encoder_id, image="image_id"), then=Value(FileState.SEARCHABLE)),
        When(Exists(failed), then=Value(FileState.FAILED)),
        default=Value(FileState.WAITING),
        output_field=CharField(),
    )
    failure = Coalesce(Subquery(failed.values("reason")[:1]), Value(""), output_field=TextField())
    return items.annotate(state=state, failure=failure)
