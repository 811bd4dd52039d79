"""Captions from a CSV file with the columns `file` and `caption`, as spreadsheets write them."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from gallery.exceptions import ImportProblem
from gallery.ingest.intake import NO_DETAILS, Details
from gallery.ingest.refusals import reason_of

COLUMNS = ("file", "caption")
# What Excel writes when it is not asked for UTF-8.
FALLBACK_ENCODING = "cp1252"
# Characters in one field; a longer caption is cut when it is stored.
csv.field_size_limit(10_000_000)


class Captions:
    """Captions by file name. Keeps track of those that no file has used."""

    def __init__(self, captions: dict[str, str]) -> None:
        self._captions = captions
        self._unused = set(captions)

    def details_of(self, path: str) -> Details:
        """Return the details of a file, looked up by its path and then by its name alone."""
        path = path.replace("\\", "/")
        for key in (path, PurePosixPath(path).name):
            if key in self._captions:
                self._unused.discard(key)
                return Details(caption=self._captions[key])
        return NO_DETAILS

    def unused(self) -> list[str]:
        """Return the files that the CSV names but the import has not seen."""
        return sorted(self._unused)


def read_captions(file: Path) -> Captions:
    """Read the CSV. Raise ImportProblem with what to correct."""
    try:
        data = file.read_bytes()
    except OSError as error:
        sentence = _("The captions in %(file)s can’t be read: %(why)s.")
        raise ImportProblem(sentence % {"file": file, "why": reason_of(error)}) from error
    return Captions(dict(_rows(_text(data), file.name)))


def _text(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")  # Excel's “Unicode text”
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode(FALLBACK_ENCODING, "replace")


def _rows(text: str, name: str) -> Iterator[tuple[str, str]]:
    first_line = text.split("\n", 1)[0]
    comma = next((mark for mark in ",;\t" if mark in first_line), ",")
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=comma, skipinitialspace=True)
    try:
        columns = {(column or "").strip().lower(): column for column in reader.fieldnames or []}
        for column in COLUMNS:
            if column not in columns:
                raise ImportProblem(
                    _(
                        "The captions in %(name)s have no “%(column)s” column. The first line must "
                        "be file,caption."
                    )
                    % {"name": name, "column": column},
                    reason="captions_column_missing",
                )
        for row in reader:
            file = (row[columns["file"]] or "").strip().replace("\\", "/")
            if file:
                yield file, (row[columns["caption"]] or "").strip()
    except csv.Error as error:
        raise ImportProblem(
            _("The captions in %(name)s aren’t valid CSV near line %(line)d: %(error)s.")
            % {"name": name, "line": reader.line_num, "error": error},
            reason="captions_damaged",
        ) from error
