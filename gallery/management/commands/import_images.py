"""`manage.py import_images`: import folders, files and zips with captions into a collection."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from tqdm import tqdm

from gallery.exceptions import ImportProblem, SemblanceError
from gallery.hints import hint_workers
from gallery.ingest.bulk import Incoming, ingest_many
from gallery.ingest.captions import Captions, read_captions
from gallery.ingest.intake import Destination, Stored
from gallery.ingest.sources import incoming_from_file, list_files
from gallery.management.base import TranslatedCommand
from gallery.management.importing import ImportReport, find_destination
from gallery.management.waiting import wait_until_embedded

# Pictures stored between two hints, so that workers start during the import.
STORED_PER_HINT = 64


class Command(TranslatedCommand):
    """Writes the progress bar and messages to stderr, and the counts or only JSON to stdout."""

    summary = _("Import pictures from folders, files and zips into a collection.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the paths and options."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument(
            "--collection",
            required=True,
            metavar="NAME",
            help=gettext("created if it doesn’t exist"),
        )
        parser.add_argument(
            "--captions", type=Path, metavar="FILE.csv", help=gettext("columns file,caption")
        )
        parser.add_argument(
            "--owner", metavar="USER", help=gettext("default: the first administrator")
        )
        parser.add_argument(
            "--public", action="store_true", help=gettext("create a public collection")
        )
        parser.add_argument(
            "--wait", action="store_true", help=gettext("wait until the pictures are searchable")
        )
        parser.add_argument(
            "--workers", type=int, metavar="N", help=gettext("default: three per core")
        )
        parser.add_argument(
            "--json", action="store_true", help=gettext("one JSON object on stdout")
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import, wait until searchable with --wait, and report."""
        try:
            self._import(options)
        except SemblanceError as error:
            raise CommandError(error.sentence) from error

    def _import(self, options: dict[str, Any]) -> None:
        began = time.monotonic()
        captions = read_captions(options["captions"]) if options["captions"] else Captions({})
        files = list_files(options["paths"], exclude=options["captions"])
        if not files:
            raise ImportProblem(gettext("There are no files there. Check the path."))
        to = find_destination(
            options["collection"], owner_name=options["owner"], public=options["public"]
        )
        report = ImportReport(collection=to.collection)
        self._take_in(files, captions, to=to, report=report, workers=options["workers"])
        self._warn_of_unused(captions)
        if options["wait"]:
            wait_until_embedded(to.collection)
        report.seconds = time.monotonic() - began
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json()))
        else:
            self.stdout.write(report.in_words())
        if report.refused_everything:
            sys.exit(1)

    def _take_in(
        self,
        files: list[tuple[Path, str]],
        captions: Captions,
        *,
        to: Destination,
        report: ImportReport,
        workers: int | None,
    ) -> None:
        with tqdm(total=len(files), unit=" files", file=sys.stderr, disable=None) as bar:
            for outcome in ingest_many(_incoming(files, captions, bar), to=to, workers=workers):
                report.add(outcome)
                if isinstance(outcome.result, Stored) and report.imported % STORED_PER_HINT == 1:
                    hint_workers()
        if report.imported:
            hint_workers()

    def _warn_of_unused(self, captions: Captions) -> None:
        unused = captions.unused()
        if unused:
            some = ", ".join(unused[:5]) + (", …" if len(unused) > 5 else "")
            self.stderr.write(
                gettext("%(count)s captions are for files that weren’t found: %(some)s")
                % {"count": len(unused), "some": some}
            )


def _incoming(
    files: list[tuple[Path, str]], captions: Captions, bar: tqdm[Any]
) -> Iterator[Incoming]:
    for file, name in files:
        yield from incoming_from_file(file, name=name, details_of=captions.details_of)
        bar.update()
