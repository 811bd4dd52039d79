"""Find inconsistencies that a crash, a lost disk or a manual change left in the library.

`find_problems` yields findings and changes nothing; library_repair.repair fixes one. The command
owns the progress bar and the output.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import islice
from pathlib import Path, PurePosixPath

from django.core.files.storage import FileSystemStorage, Storage
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery.ingest.blobs import renditions_storage
from gallery.ingest.missing_copies import missing_widths
from gallery.ingest.spool import spool_folder
from gallery.ingest.storage import PART_PREFIX
from gallery.models import (
    EmbeddingJob,
    Encoder,
    Image,
    QueryImage,
)
from gallery.models.image import originals_storage
from gallery.models.query_image import queries_storage

# Newer files may belong to an upload in progress.
GRACE = timedelta(hours=1)
# Rows or files looked up in one query.
STEP = 500

# Called with what is being checked and how many items were checked since the last call.
CheckProgress = Callable[[str, int], None]


class ProblemKind(StrEnum):
    """The kinds of findings."""

    MISSING_ORIGINAL = "missing_original"
    MISSING_RENDITIONS = "missing_renditions"
    ORPHAN_ORIGINAL = "orphan_original"
    ORPHAN_RENDITIONS = "orphan_renditions"
    ORPHAN_QUERY = "orphan_query"
    LEFTOVER = "leftover"
    MISSING_JOB = "missing_job"
    EXPIRED_QUERY = "expired_query"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One problem: its kind, the file or row, and a sentence that describes it."""

    problem: ProblemKind
    subject: str
    sentence: str
    image_id: int | None = None
    encoder_id: int | None = None


def _ignore_progress(_what: str, _count: int) -> None:
    return


def find_problems(*, progress: CheckProgress = _ignore_progress) -> Iterator[Finding]:
    """Check every row and every file. Memory use does not grow with the library."""
    yield from _pictures_without_files(progress)
    yield from _pictures_without_jobs(progress)
    yield from _originals_without_rows(progress)
    yield from _renditions_without_rows(progress)
    yield from _queries(progress)
    yield from _leftovers(progress)


def _pictures_without_files(progress: CheckProgress) -> Iterator[Finding]:
    originals = originals_storage()
    for image in Image.objects.order_by("pk").iterator(chunk_size=STEP):
        progress(_("pictures"), 1)
        name = image.original.name or ""
        if not originals.exists(name):
            yield Finding(
                problem=ProblemKind.MISSING_ORIGINAL,
                subject=name,
                sentence=_("Picture %(id)s is missing its original file. Restore it from a backup.")
                % {"id": image.pk},
                image_id=image.pk,
            )
        missing = missing_widths(image)
        if missing:
            widths = ", ".join(map(str, missing))
            yield Finding(
                problem=ProblemKind.MISSING_RENDITIONS,
                subject=image.sha256,
                sentence=_("Picture %(id)s has no %(widths)s px copy.")
                % {"id": image.pk, "widths": widths},
                image_id=image.pk,
            )


def _pictures_without_jobs(progress: CheckProgress) -> Iterator[Finding]:
    for encoder in Encoder.objects.kept():
        jobs = EmbeddingJob.objects.filter(image_id=OuterRef("pk"), encoder_id=encoder.pk)
        waiting = Image.objects.missing_vector_for(encoder.pk).exclude(Exists(jobs))
        for pk in waiting.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=STEP):
            progress(_("queue"), 1)
            yield Finding(
                problem=ProblemKind.MISSING_JOB,
                subject=f"{pk}",
                sentence=_("Picture %(id)s has no vector of %(encoder)s and isn’t queued.")
                % {"id": pk, "encoder": encoder.key},
                image_id=pk,
                encoder_id=encoder.pk,
            )


def _originals_without_rows(progress: CheckProgress) -> Iterator[Finding]:
    store = originals_storage()
    for names in _steps(_old_files(store)):
        progress(_("originals"), len(names))
        known = set(Image.objects.filter(original__in=names).values_list("original", flat=True))
        for name in names:
            if name not in known:
                yield Finding(
                    problem=ProblemKind.ORPHAN_ORIGINAL,
                    subject=name,
                    sentence=_("The original %(name)s belongs to no picture.") % {"name": name},
                )


def _renditions_without_rows(progress: CheckProgress) -> Iterator[Finding]:
    store = renditions_storage()
    for names in _steps(_old_files(store)):
        progress(_("copies"), len(names))
        hashes = {PurePosixPath(name).parent.name for name in names}
        known = set(Image.objects.filter(sha256__in=hashes).values_list("sha256", flat=True))
        for name in names:
            if PurePosixPath(name).parent.name not in known:
                yield Finding(
                    problem=ProblemKind.ORPHAN_RENDITIONS,
                    subject=name,
                    sentence=_("The copy %(name)s belongs to no picture.") % {"name": name},
                )


def _queries(progress: CheckProgress) -> Iterator[Finding]:
    for query in QueryImage.objects.expired().iterator(chunk_size=STEP):
        progress(_("query pictures"), 1)
        yield Finding(
            problem=ProblemKind.EXPIRED_QUERY,
            subject=f"{query.pk}",
            sentence=_("Query picture %(id)s has expired.") % {"id": query.pk},
        )
    for names in _steps(_old_files(queries_storage())):
        progress(_("query pictures"), len(names))
        known = set(QueryImage.objects.filter(file__in=names).values_list("file", flat=True))
        for name in names:
            if name not in known:
                yield Finding(
                    problem=ProblemKind.ORPHAN_QUERY,
                    subject=name,
                    sentence=_("The query picture %(name)s belongs to no search.") % {"name": name},
                )


def _leftovers(progress: CheckProgress) -> Iterator[Finding]:
    """Yield files that were being written when a process died."""
    stores = (originals_storage(), renditions_storage(), queries_storage())
    local = [Path(store.location) for store in stores if isinstance(store, FileSystemStorage)]
    folders = [spool_folder(), *local]
    oldest = time.time() - GRACE.total_seconds()
    for number, folder in enumerate(folders):
        pattern = "*" if number == 0 else f"{PART_PREFIX}*"
        for file in folder.rglob(pattern):
            progress(_("temporary files"), 1)
            if file.is_file() and file.stat().st_mtime < oldest:
                yield Finding(
                    problem=ProblemKind.LEFTOVER,
                    subject=str(file),
                    sentence=_(
                        "The temporary file %(name)s was left behind by a process that died."
                    )
                    % {"name": file.name},
                )


def _old_files(store: Storage, folder: str = "") -> Iterator[str]:
    """Yield the names of all files in a store that no upload is still writing."""
    try:
        folders, files = store.listdir(folder)
    except FileNotFoundError:
        return
    newest = timezone.now() - GRACE
    for file in sorted(files):
        name = f"{folder}/{file}" if folder else file
        if not file.startswith(PART_PREFIX) and _is_older(store, name, newest):
            yield name
    for below in sorted(folders):
        yield from _old_files(store, f"{folder}/{below}" if folder else below)


def _is_older(store: Storage, name: str, moment: object) -> bool:
    try:
        return bool(store.get_modified_time(name) < moment)  # type: ignore[operator]
    except FileNotFoundError:
        return False


def _steps(names: Iterator[str]) -> Iterator[list[str]]:
    while step := list(islice(names, STEP)):
        yield step
