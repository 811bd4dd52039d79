"""Render the counts and rows of a batch, for its page and for the script's polls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string

from gallery.browsing import ItemProgress, summarize_batch
from gallery.ingest.refusals import size_in_words
from gallery.models import UploadBatch


def summary_of(batch: UploadBatch) -> dict[str, Any]:
    """Return the counts of a batch for templates."""
    summary = summarize_batch(batch)
    return {
        "counts": {state.value: count for state, count in summary.counts.items()},
        "total": summary.total,
        "stored": summary.stored,
        "is_pending": summary.is_pending,
    }


def as_json(
    request: HttpRequest, batch: UploadBatch, *, rows: Iterable[ItemProgress]
) -> dict[str, Any]:
    """Return what the script needs: whether to poll again, the counts, and the rows as HTML."""
    summary = summary_of(batch)
    shown = {"batch": batch, **summary}
    return {
        "pending": summary["is_pending"],
        "summary": render_to_string("upload/_summary.html", shown, request),
        "items": [
            {
                "id": row.item.pk,
                "image": row.item.image.pk if row.item.image else None,
                "progress": row.progress.value,
                "html": render_to_string(
                    "upload/_item.html", {"row": row, "batch": batch}, request
                ),
            }
            for row in rows
        ],
    }


def limits() -> dict[str, Any]:
    """Return the upload limits, in bytes for the script and as text for people."""
    return {
        "max_bytes": settings.MAX_UPLOAD_BYTES,
        "max_archive_bytes": settings.MAX_ARCHIVE_BYTES,
        "max_words": size_in_words(settings.MAX_UPLOAD_BYTES),
        "max_archive_words": size_in_words(settings.MAX_ARCHIVE_BYTES),
    }
