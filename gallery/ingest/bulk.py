"""Ingest many files: pictures are decoded in parallel while rows are written one after another.

The caller's thread spools, queries the database and records; worker threads wait for the decoder's
children and write blobs. So the threads need no database connection, and order is kept.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

from gallery.exceptions import Refused
from gallery.ingest import blobs
from gallery.ingest.intake import (
    NO_DETAILS,
    Destination,
    Details,
    Duplicate,
    IngestResult,
    Prepared,
    describe_if_blank,
    find_duplicate,
    prepare,
    record,
)
from gallery.ingest.spool import Source, Spooled, spooled

# Threads per core. One child decodes on each core; the other threads wait for earlier pictures to
# reach the disk, so that no child has to.
WORKERS_PER_CORE = 3
# Files spooled ahead of the one being recorded, per thread: enough to keep every child busy while
# the caller's thread writes rows, without filling the disk with copies.
AHEAD_PER_WORKER = 2


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One incoming file: its name with its folders, and its bytes or the reason why there are
    none."""

    name: str
    source: Source | Refused
    details: Details = NO_DETAILS


@dataclass(frozen=True, kw_only=True)
class IngestOutcome:
    """The outcome of one incoming file."""

    name: str
    size_bytes: int
    result: IngestResult | Refused


@dataclass(frozen=True, kw_only=True)
class _Pending:
    """A file that is spooled and being decoded, or whose outcome is already known."""

    incoming: Incoming
    held: ExitStack
    file: Spooled | None = None
    decoding: Future[Prepared] | None = None
    result: IngestResult | Refused | None = None


def ingest_many(
    incoming: Iterable[Incoming], *, to: Destination, workers: int | None = None
) -> Iterator[IngestOutcome]:
    """Ingest files and yield the outcome of each, in order.

    Each source is read to its end before the next one is requested. Closing the iterator early
    leaves nothing behind of the files in progress.
    """
    workers = workers or WORKERS_PER_CORE * (os.cpu_count() or 1)
    pending: deque[_Pending] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="ingest") as threads:
        try:
            for item in incoming:
                pending.append(_begin(item, to=to, threads=threads))
                while len(pending) > workers * AHEAD_PER_WORKER or _is_settled(pending[0]):
                    yield _finish(pending.popleft(), to=to)
                    if not pending:
                        break
            while pending:
                yield _finish(pending.popleft(), to=to)
        finally:
            for abandoned in pending:
                _abandon(abandoned)


def _is_settled(pending: _Pending) -> bool:
    return pending.decoding is None or pending.decoding.done()


def _begin(item: Incoming, *, to: Destination, threads: ThreadPoolExecutor) -> _Pending:
    held = ExitStack()
    if isinstance(item.source, Refused):
        return _Pending(incoming=item, held=held, result=item.source)
    try:
        file = held.enter_context(spooled(item.source, name=item.name))
    except Refused as refused:
        return _Pending(incoming=item, held=held, result=refused)
    existing = find_duplicate(file.sha256, collection=to.collection)
    if existing is not None:
        return _Pending(incoming=item, held=held, file=file, result=Duplicate(existing))
    decoding = threads.submit(prepare, file, name=item.name)
    return _Pending(incoming=item, held=held, file=file, decoding=decoding)


def _finish(pending: _Pending, *, to: Destination) -> IngestOutcome:
    with pending.held:
        size_bytes = pending.file.size_bytes if pending.file is not None else 0
        result = _result_of(pending, to=to)
    if isinstance(result, Duplicate):
        describe_if_blank(result.of, details=pending.incoming.details)
    return IngestOutcome(name=pending.incoming.name, size_bytes=size_bytes, result=result)


def _result_of(pending: _Pending, *, to: Destination) -> IngestResult | Refused:
    if pending.result is not None:
        return pending.result
    if pending.file is None or pending.decoding is None:
        raise RuntimeError("a pending file has neither a result nor a decoder")
    try:
        with blobs.removed_on_failure(pending.file):
            prepared = pending.decoding.result()
            return record(prepared, to=to, details=pending.incoming.details)
    except Refused as refused:
        return refused


def _abandon(pending: _Pending) -> None:
    """Wait for decoding that cannot be stopped and remove what it wrote."""
    with pending.held:
        if pending.decoding is None or pending.file is None or pending.decoding.cancel():
            return
        if pending.decoding.exception() is None:
            sha256, original = pending.file.sha256, blobs.original_name(pending.file)
            blobs.delete_unreferenced(sha256, original=original)
