"""Durable local storage of originals, renditions and query pictures: files survive a power cut.

Named in settings.STORAGES; used through Django's storage API, so that S3 can stand in for it.
"""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

# Readable by the site's group only: private pictures are served through permission checks.
FILE_MODE = 0o640
FOLDER_MODE = 0o750
# Prefix of a file that is still being written. The library check removes those left by a crash.
PART_PREFIX = ".part-"
# Attempts to write into a folder that a concurrent deletion may remove as empty.
WRITE_TRIES = 5
COPY_BYTES = 1 << 20


class DurableFileSystemStorage(FileSystemStorage):
    """Names identify content, so saving a name again replaces the file atomically.

    A save writes a temporary file in the same folder, fsyncs it, renames it and fsyncs the folder.
    A delete also removes folders that become empty.
    """

    def __init__(self, location: str | Path | None = None, **options: Any) -> None:
        options.setdefault("file_permissions_mode", FILE_MODE)
        options.setdefault("directory_permissions_mode", FOLDER_MODE)
        super().__init__(location=location, allow_overwrite=True, **options)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return the name unchanged: a second save replaces the first."""
        if max_length is not None and len(name) > max_length:
            raise ValueError(f"the stored name {name!r} is longer than {max_length}")
        return name

    def _save(self, name: str, content: File[Any]) -> str:
        final = Path(self.path(name))
        for last_try in (False,) * (WRITE_TRIES - 1) + (True,):
            try:
                self._write_durably(final, content)
                break
            except FileNotFoundError:
                if last_try:
                    raise
        return name

    def _write_durably(self, final: Path, content: File[Any]) -> None:
        self._make_folder(final.parent)
        part = final.with_name(f"{PART_PREFIX}{uuid.uuid4().hex}")
        try:
            self._fill(part, content)
            part.replace(final)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _fsync_folder(final.parent)

    def _fill(self, part: Path, content: File[Any]) -> None:
        """Fill the file, linking instead of copying one that is already on disk where possible."""
        source = getattr(content, "temporary_file_path", None)
        if source is None or not _linked(Path(source()), part):
            with part.open("xb") as file:
                content.seek(0)
                shutil.copyfileobj(content, file, COPY_BYTES)
        part.chmod(self.file_permissions_mode or FILE_MODE)
        descriptor = os.open(part, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        if folder != folder.parent:
            self._make_folder(folder.parent)
        try:
            folder.mkdir(mode=self.directory_permissions_mode or FOLDER_MODE)
        except FileExistsError:
            return
        _fsync_folder(folder.parent)

    def delete(self, name: str) -> None:
        """Delete the file if it exists, and folders that become empty."""
        file = Path(self.path(name))
        file.unlink(missing_ok=True)
        top = Path(self.location)
        for folder in file.parents:
            if folder == top or top not in folder.parents:
                break
            try:
                folder.rmdir()
            except OSError:
                break


def _linked(source: Path, part: Path) -> bool:
    try:
        os.link(source, part)
    except OSError as error:
        if error.errno == errno.ENOENT and source.exists():
            raise  # the folder has just been removed as empty: the save tries again
        return False
    return True


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems cannot
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
