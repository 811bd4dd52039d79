"""Originals and renditions in the stores, named by content hash and shared by all rows with that
content.

A blob is written before the row that names it and deleted after the last such row is gone. A lock
on the hash keeps the two apart: recording and deleting both hold it for their transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import DatabaseError, connection, transaction

from gallery.ingest.decoder import DecodedPicture
from gallery.ingest.spool import Spooled, SpooledFile
from gallery.models import RENDITION_WIDTHS, Image
from gallery.models.image import originals_storage, rendition_name

logger = logging.getLogger(__name__)


def renditions_storage() -> Storage:
    """Return the store of WebP copies, named by content and width."""
    return storages["renditions"]


def original_name(file: Spooled) -> str:
    """Return the name of the file's original in the store: ab/cd/<sha256>.<extension>."""
    sha256 = file.sha256
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}.{file.picture_format.extension}"


def write_blobs(file: Spooled, picture: DecodedPicture) -> str:
    """Write the original and its renditions unless they exist. Return the original's name."""
    name = original_name(file)
    originals, renditions = originals_storage(), renditions_storage()
    if not originals.exists(name):
        with file.path.open("rb") as bytes_on_disk:
            originals.save(name, SpooledFile(bytes_on_disk, name=str(file.path)))
    write_renditions(file.sha256, picture.renditions, storage=renditions)
    return name


def write_renditions(
    sha256: str, copies: dict[int, bytes], *, storage: Storage | None = None
) -> None:
    """Write a content's WebP copies, skipping those that exist."""
    storage = storage or renditions_storage()
    for width, data in copies.items():
        name = rendition_name(sha256, width=width)
        if not storage.exists(name):
            storage.save(name, ContentFile(data))


@contextmanager
def removed_on_failure(file: Spooled) -> Iterator[None]:
    """Delete what was written of a file if the block fails.

    Inside a caller's transaction no query is possible after an error, so the files stay and the
    library check finds them.
    """
    try:
        yield
    except BaseException:
        if not connection.in_atomic_block:
            with suppress(DatabaseError, OSError):
                delete_unreferenced(file.sha256, original=original_name(file))
        raise


def lock_blobs(sha256: str) -> None:
    """Prevent others from recording or deleting this content until the transaction ends."""
    key = int.from_bytes(bytes.fromhex(sha256[:16]), "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def release_blobs(images: Iterable[Image]) -> None:
    """Delete the files of these pictures that no row names, once the transaction commits.

    Call it before or after deleting the rows, inside the same transaction.
    """
    for sha256, name in {(image.sha256, image.original.name or "") for image in images}:
        transaction.on_commit(partial(delete_unreferenced, sha256, original=name))


def delete_unreferenced(sha256: str, *, original: str) -> bool:
    """Delete a content's files unless a row, live or in the trash, names it. Return whether it
    did."""
    with transaction.atomic():
        lock_blobs(sha256)
        if Image.objects.filter(sha256=sha256).exists():
            return False
        for width in RENDITION_WIDTHS:
            renditions_storage().delete(rendition_name(sha256, width=width))
        originals_storage().delete(original)
    return True
