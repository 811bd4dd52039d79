"""Incoming bytes on local disk, hashed on the way: streamed in chunks, never whole in memory.

What is no picture is refused from its first kilobyte, before the rest is copied.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from gallery.ingest.formats import HEAD_BYTES, PictureFormat, describe_other, sniff
from gallery.ingest.refusals import reason_of, refusal, size_in_words

CHUNK_BYTES = 1 << 20
# How spooled files are named; the library check removes those that a crash left.
SPOOL_PREFIX = "ingest-"


class Readable(Protocol):
    """Any source of bytes: an upload, an open file, a member of a zip."""

    def read(self, size: int, /) -> bytes: ...


Source = Path | Readable


@dataclass(frozen=True, kw_only=True)
class Spooled:
    """A file on local disk for as long as `spooled` holds it."""

    path: Path
    sha256: str
    size_bytes: int
    picture_format: PictureFormat


class SpooledFile(File):  # type: ignore[type-arg]  # not subscriptable at run time
    """A spooled file for Django's storages. The local one links it instead of copying."""

    def temporary_file_path(self) -> str:
        """Return the path on disk."""
        return str(self.name)


@contextmanager
def spooled(source: Source, *, name: str) -> Iterator[Spooled]:
    """Put the source on local disk with its hash and format, and delete it at the end.

    Raise Refused if it is empty, too large, unreadable or not an accepted picture.
    """
    temporary_path = getattr(source, "temporary_file_path", None)
    if temporary_path is not None:
        with Path(temporary_path()).open("rb") as file:
            yield _examine(file, name=name, path=Path(temporary_path()))
        return
    folder = spool_folder()
    descriptor, copy = tempfile.mkstemp(prefix=SPOOL_PREFIX, dir=folder)
    path = Path(copy)
    try:
        with os.fdopen(descriptor, "wb") as copy_to, _opened(source, name) as file:
            found = _examine(file, name=name, path=path, copy_to=copy_to)
        yield found
    finally:
        path.unlink(missing_ok=True)


def spool_folder() -> Path:
    """Return the folder of incoming files, creating it if needed. Django uses the same one."""
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    return folder


@contextmanager
def _opened(source: Source, name: str) -> Iterator[Readable]:
    if not isinstance(source, Path):
        yield source
        return
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise refusal("unreadable_file", name, detail=reason_of(error)) from error
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise refusal("unreadable_file", name, detail=_("it isn’t a regular file"))
        yield file


def _examine(file: Readable, *, name: str, path: Path, copy_to: Any = None) -> Spooled:
    head = _read_head(file, name)
    picture_format = recognise(head, name=name)
    digest, size = hashlib.sha256(), 0
    chunk = head
    while chunk:
        size += len(chunk)
        if size > settings.MAX_UPLOAD_BYTES:
            limit = size_in_words(settings.MAX_UPLOAD_BYTES)
            raise refusal("too_many_bytes", name, limit=limit)
        digest.update(chunk)
        if copy_to is not None:
            copy_to.write(chunk)
        chunk = _read(file, CHUNK_BYTES, name)
    return Spooled(
        path=path, sha256=digest.hexdigest(), size_bytes=size, picture_format=picture_format
    )


def recognise(head: bytes, *, name: str) -> PictureFormat:
    """Return the format of a file from its first kilobyte. Raise Refused if it is not accepted."""
    if not head:
        raise refusal("empty", name)
    picture_format = sniff(head)
    if picture_format is not None:
        return picture_format
    kind = describe_other(head)
    if kind is None:
        raise refusal("unknown_format", name)
    raise refusal("not_a_picture", name, kind=kind)


def _read_head(file: Readable, name: str) -> bytes:
    """Return the first kilobyte, even if it arrives in smaller pieces."""
    head = b""
    while len(head) < HEAD_BYTES:
        piece = _read(file, HEAD_BYTES - len(head), name)
        if not piece:
            break
        head += piece
    return head


def _read(file: Readable, size: int, name: str) -> bytes:
    try:
        return file.read(size)
    except OSError as error:
        raise refusal("unreadable_file", name, detail=reason_of(error)) from error
