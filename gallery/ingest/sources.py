"""Read folders, files and zips as one stream of incoming files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from gallery.exceptions import ImportProblem, Refused
from gallery.ingest.bulk import Incoming
from gallery.ingest.formats import is_zip
from gallery.ingest.intake import NO_DETAILS, Details
from gallery.ingest.limits import archive_limits
from gallery.ingest.names import display_path
from gallery.ingest.refusals import reason_of, refusal
from gallery.ingest.zips import is_clutter, read_members

# Returns the details of a file from its path inside its folder or zip.
DetailsOf = Callable[[str], Details]


def _no_details(_path: str) -> Details:
    return NO_DETAILS


def list_files(paths: Iterable[Path], *, exclude: Path | None = None) -> list[tuple[Path, str]]:
    """Return the files to import, each with its name for messages. Folders are listed recursively
    and in order, without following links. Raise ImportProblem for a missing path.

    `exclude` is a file to skip: the captions, which may be in the same folder.
    """
    files: list[tuple[Path, str]] = []
    for path in paths:
        if path.is_dir():
            files.extend((file, str(file.relative_to(path))) for file in _below(path))
        elif path.exists():
            files.append((path, path.name))
        else:
            raise ImportProblem(
                _("There’s no file or folder named %(path)s.") % {"path": path},
                reason="missing_path",
            )
    if exclude is None:
        return files
    unwanted = exclude.resolve()
    return [(file, name) for file, name in files if file.resolve() != unwanted]


def _below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_clutter(name))
        for name in sorted(names):
            if not is_clutter(name):
                yield Path(parent) / name


def incoming_from_file(
    file: Path, *, name: str, details_of: DetailsOf = _no_details
) -> Iterator[Incoming]:
    """Yield one file of an import, or the contents of a zip."""
    shown = display_path(os.fsencode(name).decode("utf-8", "replace"))
    try:
        if file.is_file() and file_is_zip(file):
            with file.open("rb") as archive:
                yield from incoming_from_zip(archive, name=shown, details_of=details_of)
            return
    except OSError as error:
        refused = refusal("unreadable_file", shown, detail=reason_of(error))
        yield Incoming(name=shown, source=refused)
        return
    yield Incoming(name=shown, source=file, details=details_of(name))


def incoming_from_zip(
    archive: IO[bytes], *, name: str, details_of: DetailsOf = _no_details
) -> Iterator[Incoming]:
    """Yield the contents of a zip, or the zip itself as refused."""
    try:
        for member in read_members(archive, name=name, limits=archive_limits()):
            details = details_of(member.path)
            yield Incoming(name=member.name, source=member.content, details=details)
    except Refused as refused:
        yield Incoming(name=name, source=refused)


def file_is_zip(file: Path) -> bool:
    """Return whether the file starts like a zip, whatever its name."""
    with file.open("rb") as opened:
        return is_zip(opened.read(4))
