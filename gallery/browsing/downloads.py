"""Originals as one zip, streamed as it is built."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from gallery.models import Image
from gallery.models.image import ImageQuerySet

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

logger = logging.getLogger(__name__)

# Characters of a name in a zip, leaving room for the folder it is unpacked to.
MAX_NAME = 120
# The years that a zip can express.
FIRST_ZIP_YEAR, LAST_ZIP_YEAR = 1980, 2107
# Not allowed in file names on Windows or anywhere.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")


def stream_zip(images: ImageQuerySet) -> Iterator[bytes]:
    """Yield a zip of the originals, in order, without compression: pictures are already compressed.

    The rows are read up front, while the permission in the query holds. A missing file is left out
    and listed in a text file at the end, so that the others still arrive.
    """
    rows = list(images.only("original", "original_name", "size_bytes", "taken_at", "created_at"))
    return _stream(rows)


def _stream(rows: list[Image]) -> Iterator[bytes]:
    written = _Written()
    taken: set[str] = set()
    missing: list[str] = []
    with ZipFile(written, "w", ZIP_STORED) as archive:
        for image in rows:
            name = unique_name(image.original_name, taken=taken)
            try:
                file = image.original.open("rb")
            except OSError:
                logger.exception("The original of picture %s is missing", image.pk)
                missing.append(name)
                continue
            entry = _entry(name, moment=image.shown_date)
            # ZipFile picks the format for files above 2 GiB by the size that it is given.
            entry.file_size = image.size_bytes
            with file, archive.open(entry, "w") as target:
                for chunk in file.chunks():
                    target.write(chunk)
                    yield written.take()
        if missing:
            text = _("These files could not be read and are not in this zip:")
            note = unique_name("missing.txt", taken=taken)
            entry = _entry(note, moment=timezone.now())
            archive.writestr(entry, "\n".join([text, *missing, ""]))
    yield written.take()


class _Written(io.RawIOBase):
    """What the zip has written since it was last taken. It can't be read or rewound."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """Return True, as a file opened for writing does."""
        return True

    def write(self, piece: ReadableBuffer, /) -> int:
        """Keep a piece until it is taken."""
        self._pieces.append(bytes(piece))
        return len(self._pieces[-1])

    def take(self) -> bytes:
        """Return everything written since the last call."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _entry(name: str, *, moment: datetime) -> ZipInfo:
    """Return a file's entry. Zips keep local time, from 1980 to 2107."""
    local = timezone.localtime(moment)
    year = min(max(local.year, FIRST_ZIP_YEAR), LAST_ZIP_YEAR)
    entry = ZipInfo(name, (year, *local.timetuple()[1:6]))
    entry.external_attr = 0o644 << 16
    return entry


def unique_name(name: str, *, taken: set[str]) -> str:
    """Return a file name that every system can unpack, and add it to `taken`.

    It differs from the names already taken, on systems that ignore case too.
    """
    safe = _UNSAFE.sub("_", name).strip(" .") or "picture"
    if _RESERVED.match(safe):
        safe = f"_{safe}"
    stem, dot, extension = safe.rpartition(".")
    if not dot or len(extension) > 10:
        stem, extension = safe, ""
    ending = f".{extension}" if extension else ""
    stem = stem[: MAX_NAME - len(ending)]
    candidate, number = f"{stem}{ending}", 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{stem} ({number}){ending}"
    taken.add(candidate.casefold())
    return candidate
