"""Repair findings of the library check one by one, safely beside running uploads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from django.db import transaction

from gallery.ingest import blobs
from gallery.ingest.library_check import Finding, ProblemKind
from gallery.ingest.missing_copies import render_copies
from gallery.models import EmbeddingJob, Image, QueryImage
from gallery.models.image import originals_storage
from gallery.models.query_image import queries_storage


def repair(finding: Finding) -> bool:
    """Repair one finding. Return False if that is impossible or no longer needed."""
    return _REPAIRS[finding.problem](finding)


def _render_again(finding: Finding) -> bool:
    """Make the copies again from the original."""
    image = Image.objects.filter(pk=finding.image_id or 0).first()
    return image is not None and render_copies(image)


def _delete_blobs(finding: Finding) -> bool:
    """Delete a stray file, unless a row has come to use its content since."""
    file = PurePosixPath(finding.subject)
    sha256 = file.stem if finding.problem == ProblemKind.ORPHAN_ORIGINAL else file.parent.name
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        return _delete_stray(finding)
    with transaction.atomic():
        blobs.lock_blobs(sha256)
        if Image.objects.filter(sha256=sha256).exists():
            return False
        return _delete_stray(finding)


def _delete_stray(finding: Finding) -> bool:
    originals = finding.problem == ProblemKind.ORPHAN_ORIGINAL
    store = originals_storage() if originals else blobs.renditions_storage()
    store.delete(finding.subject)
    return True


def _delete_query_file(finding: Finding) -> bool:
    if QueryImage.objects.filter(file=finding.subject).exists():
        return False
    queries_storage().delete(finding.subject)
    return True


def _delete_query(finding: Finding) -> bool:
    query = QueryImage.objects.expired().filter(pk=finding.subject).first()
    if query is None:
        return False
    name = query.file.name or ""
    query.delete()
    queries_storage().delete(name)
    return True


def _delete_leftover(finding: Finding) -> bool:
    Path(finding.subject).unlink(missing_ok=True)
    return True


def _enqueue(finding: Finding) -> bool:
    image = Image.objects.live().filter(pk=finding.image_id or 0).first()
    if image is None or finding.encoder_id is None:
        return False
    EmbeddingJob.objects.get_or_create(image=image, encoder_id=finding.encoder_id)
    return True


def _cannot_repair(_finding: Finding) -> bool:
    return False


_REPAIRS: dict[ProblemKind, Callable[[Finding], bool]] = {
    ProblemKind.MISSING_ORIGINAL: _cannot_repair,
    ProblemKind.MISSING_RENDITIONS: _render_again,
    ProblemKind.ORPHAN_ORIGINAL: _delete_blobs,
    ProblemKind.ORPHAN_RENDITIONS: _delete_blobs,
    ProblemKind.ORPHAN_QUERY: _delete_query_file,
    ProblemKind.LEFTOVER: _delete_leftover,
    ProblemKind.MISSING_JOB: _enqueue,
    ProblemKind.EXPIRED_QUERY: _delete_query,
}
