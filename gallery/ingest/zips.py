"""Read zips member by member as streams: nothing is unpacked to disk, no name is used as a path.

A zip bomb costs no more than the limits allow. A refused member does not stop the rest.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from gallery.exceptions import Refused
from gallery.ingest.limits import ArchiveLimits
from gallery.ingest.names import display_path
from gallery.ingest.refusals import refusal, size_in_words

# Room for one entry of a zip's table of contents: its fixed part, a long name and extra fields.
TABLE_BYTES_PER_MEMBER = 1024
# A file may unpack this far before its ratio counts: small pictures of one colour pack very well.
RATIO_FREE_BYTES = 4 * 1024 * 1024

_CLUTTER = {"thumbs.db", "desktop.ini"}
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error)


@dataclass(kw_only=True)
class _Budget:
    """How much the whole zip may unpack to, and how much of that is left."""

    max_bytes: int
    left_bytes: int


class MemberStream:
    """A member's bytes, counted as they are read. Reading past a limit raises Refused."""

    def __init__(
        self, packed: IO[bytes], *, name: str, archive: str, max_bytes: int, budget: _Budget
    ) -> None:
        self._packed = packed
        self._name = name
        self._archive = archive
        self._left_bytes = max_bytes
        self._budget = budget

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""
        try:
            data = self._packed.read(size)
        except _BROKEN as error:
            raise refusal("member_damaged", self._name) from error
        self._left_bytes -= len(data)
        self._budget.left_bytes -= len(data)
        if self._left_bytes < 0:
            raise refusal("member_bomb", self._name)
        if self._budget.left_bytes < 0:
            limit = size_in_words(self._budget.max_bytes)
            raise refusal("archive_unpacks_too_large", self._archive, limit=limit)
        return data


@dataclass(frozen=True, kw_only=True)
class Member:
    """One file of a zip: its name, safe to show, and its bytes, to be read before the next one
    is asked for; or the reason why it is left out."""

    name: str
    path: str
    content: MemberStream | Refused


def read_members(file: IO[bytes], *, name: str, limits: ArchiveLimits) -> Iterator[Member]:
    """Yield the files of the zip in order, skipping folders, dotfiles and system files.

    Raise Refused, before the first file, if the zip as a whole is not accepted.
    """
    archive = _opened(file, name, limits)
    max_bytes = limits.max_unpacked_bytes
    budget = _Budget(max_bytes=max_bytes, left_bytes=max_bytes)
    with archive:
        for info in archive.infolist():
            if info.is_dir() or is_clutter(info.filename):
                continue
            shown = display_path(info.filename)
            refused = _refused_unread(info, shown, limits)
            if refused is not None:
                yield Member(name=shown, path=info.filename, content=refused)
            else:
                yield from _unpack(archive, info, name, limits, budget)
            if budget.left_bytes < 0:
                return


def _opened(file: IO[bytes], name: str, limits: ArchiveLimits) -> zipfile.ZipFile:
    """Open the zip after checking that its table of contents fits in memory."""
    size_bytes = file.seek(0, os.SEEK_END)
    if size_bytes > limits.max_bytes:
        raise refusal("archive_too_many_bytes", name, limit=size_in_words(limits.max_bytes))
    if _table_bytes(file, size_bytes) > limits.max_members * TABLE_BYTES_PER_MEMBER:
        raise refusal("archive_too_many_members", name, limit=f"{limits.max_members:,}")
    file.seek(0)
    try:
        archive = zipfile.ZipFile(file)
    except (*_BROKEN, NotImplementedError) as error:
        raise refusal("archive_damaged", name) from error
    files = sum(not info.is_dir() for info in archive.infolist())
    if files > limits.max_members:
        raise refusal("archive_too_many_members", name, limit=f"{limits.max_members:,}")
    if files == 0:
        raise refusal("archive_without_pictures", name)
    return archive


def _table_bytes(file: IO[bytes], size_bytes: int) -> int:
    """Return the length of the table of contents that the end of the zip declares, or 0."""
    tail_bytes = min(size_bytes, 22 + 65535 + 20)
    file.seek(size_bytes - tail_bytes)
    tail = file.read(tail_bytes)
    at = len(tail) - 22
    if tail[at : at + 4] != b"PK\x05\x06" or tail[-2:] != b"\x00\x00":
        at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + 22 > len(tail):
        return 0
    (table_bytes,) = struct.unpack_from("<I", tail, at + 12)
    locator = at - 20
    if locator >= 0 and tail[locator : locator + 4] == b"PK\x06\x07":
        (where,) = struct.unpack_from("<Q", tail, locator + 8)
        file.seek(min(where, size_bytes))
        record = file.read(56)
        if len(record) == 56 and record[:4] == b"PK\x06\x06":
            (table_bytes,) = struct.unpack_from("<Q", record, 40)
    return int(table_bytes)


def is_clutter(path: str) -> bool:
    """Return whether this is a system file: a resource fork, a dotfile or a thumbnail cache."""
    parts = path.replace("\\", "/").split("/")
    hidden = any(part.startswith(".") and part.strip(".") for part in parts)
    return hidden or "__MACOSX" in parts or parts[-1].lower() in _CLUTTER


def _refused_unread(info: zipfile.ZipInfo, shown: str, limits: ArchiveLimits) -> Refused | None:
    """Return why a member is skipped, judging by the table of contents alone, or None."""
    path = info.filename.replace("\\", "/")
    if path.startswith("/") or path[1:2] == ":" or ".." in path.split("/"):
        return refusal("member_outside", shown)
    if info.flag_bits & _ENCRYPTED:
        return refusal("member_encrypted", shown)
    if shown.lower().endswith(".zip"):
        return refusal("nested_archive", shown)
    if info.file_size > limits.max_member_bytes:
        return refusal("too_many_bytes", shown, limit=size_in_words(limits.max_member_bytes))
    return None


def _unpack(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    name: str,
    limits: ArchiveLimits,
    budget: _Budget,
) -> Iterator[Member]:
    shown = display_path(info.filename)
    try:
        packed = archive.open(info)
    except (NotImplementedError, RuntimeError):
        refused = refusal("member_compression", shown)
        yield Member(name=shown, path=info.filename, content=refused)
        return
    except _BROKEN:
        yield Member(name=shown, path=info.filename, content=refusal("member_damaged", shown))
        return
    max_bytes = max(RATIO_FREE_BYTES, info.compress_size * limits.max_ratio)
    with packed:
        content = MemberStream(packed, name=shown, archive=name, max_bytes=max_bytes, budget=budget)
        yield Member(name=shown, path=info.filename, content=content)
