"""Where picture files lie on a local disk: durable, atomic, private to the site's own user.

Settings name the class for every picture store; it imports nothing of the app.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

CHUNK_BYTES = 1024 * 1024
FILE_MODE = 0o640
FOLDER_MODE = 0o750
# Files that a crash may leave behind end in this; check_library removes old ones.
TEMPORARY_SUFFIX = ".part"


@deconstructible(path="gallery.ingest.storage.DurableFileSystemStorage")
class DurableFileSystemStorage(FileSystemStorage):
    """A folder in which a name either does not exist or holds every byte, also after a power cut.

    Each file is written beside its name, synced, renamed into place, and its folder synced. Names
    are made from content, so saving a name again writes the same bytes: the last rename wins.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("file_permissions_mode", FILE_MODE)
        kwargs.setdefault("directory_permissions_mode", FOLDER_MODE)
        super().__init__(*args, **kwargs)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name itself: the same name means the same content."""
        return name

    def _save(self, name: str, content: File[Any]) -> str:
        target = Path(self.path(name))
        make_folders(target.parent)
        temporary = target.with_name(f".{target.name}.{secrets.token_hex(6)}{TEMPORARY_SUFFIX}")
        try:
            _write_synced(temporary, content)
            temporary.replace(target)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
            raise
        sync_folder(target.parent)
        return name.replace("\\", "/")


def _write_synced(path: Path, content: File[Any]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "wb") as out:
        for chunk in content.chunks(CHUNK_BYTES):
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())


def make_folders(folder: Path) -> None:
    """Makes a folder and its parents; each new one is synced into its parent."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir(mode=FOLDER_MODE, exist_ok=True)
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes a folder's own entries durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
