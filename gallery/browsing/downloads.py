"""Originals as one zip, streamed as it is built."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _
from zipstream import ZIP_STORED, ZipStream

from gallery.models import Image
from gallery.models.image import ImageQuerySet

logger = logging.getLogger(__name__)

# Characters of a name in a zip, leaving room for the folder it is unpacked to.
MAX_NAME = 120
# Not allowed in file names on Windows or anywhere.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")


def stream_zip(images: ImageQuerySet) -> Iterator[bytes]:
    """Yield a zip of the originals, in order, without compression: pictures are already compressed.

    The rows are read up front, while the permission in the query holds. A missing file is left out
    and listed in a text file at the end, so that the others still arrive.
    """
    rows = list(images.only("original", "original_name"))
    return _stream(rows)


def _stream(rows: list[Image]) -> Iterator[bytes]:
    archive = ZipStream(compress_type=ZIP_STORED)
    taken: set[str] = set()
    missing: list[str] = []
    for image in rows:
        name = unique_name(image.original_name, taken=taken)
        try:
            file = image.original.open("rb")
        except OSError:
            logger.exception("The original of picture %s is missing", image.pk)
            missing.append(name)
            continue
        with file:
            archive.add(file.chunks(), name)
            yield from archive.all_files()
    if missing:
        text = _("These files could not be read and are not in this zip:")
        note = unique_name("missing.txt", taken=taken)
        archive.add("\n".join([text, *missing, ""]), note)
    yield from archive.finalize()


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
