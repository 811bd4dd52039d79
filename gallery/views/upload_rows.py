"""How a batch is told: its counts and its rows, for the page and for the script's polls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string

from gallery.ingest.refusals import size_in_words
from gallery.ingest.upload_batches import FileState, ItemProgress, batch_counts, batch_progress
from gallery.models import UploadBatch

STORED = (FileState.WAITING, FileState.SEARCHABLE, FileState.FAILED)
URGENCY = {FileState.FAILED: 0, FileState.REFUSED: 0, FileState.WAITING: 1}


def rows_of(batch: UploadBatch, *, only: Sequence[int] | None = None) -> list[ItemProgress]:
    """The rows of a batch: what needs a person first, then what goes on, then the rest, newest
    first. A picture that was moved to another collection shows no more than its name."""
    rows = batch_progress(batch, only=only)
    for row in rows:
        image = row.item.image
        if image is not None and image.collection_id == batch.collection_id:
            # Known already: spares a query for each thumbnail.
            image.collection = batch.collection
        else:
            row.item.image = None
    return sorted(rows, key=lambda row: (URGENCY.get(row.progress, 2), -row.item.pk))


def summary_of(batch: UploadBatch) -> dict[str, Any]:
    """The counts of a batch as templates show them."""
    counts = batch_counts(batch)
    return {
        "counts": {one.value: count for one, count in counts.items()},
        "total": sum(counts.values()),
        "stored": sum(counts[one] for one in STORED),
        "is_pending": counts[FileState.WAITING] > 0,
    }


def as_json(
    request: HttpRequest, batch: UploadBatch, *, rows: Sequence[ItemProgress]
) -> dict[str, Any]:
    """What the script needs: whether to ask again, the counts, and rows as HTML."""
    summary = summary_of(batch)
    shown = {"batch": batch, **summary}
    return {
        "pending": summary["is_pending"],
        "summary": render_to_string("upload/_summary.html", shown, request),
        "items": [
            {
                "id": row.item.pk,
                "progress": row.progress.value,
                "html": render_to_string(
                    "upload/_item.html", {"row": row, "batch": batch}, request
                ),
            }
            for row in rows
        ],
    }


def limits() -> dict[str, Any]:
    """What the site takes, in bytes for the script and in words for people."""
    return {
        "max_bytes": settings.MAX_UPLOAD_BYTES,
        "max_archive_bytes": settings.MAX_ARCHIVE_BYTES,
        "max_words": size_in_words(settings.MAX_UPLOAD_BYTES),
        "max_archive_words": size_in_words(settings.MAX_ARCHIVE_BYTES),
    }
