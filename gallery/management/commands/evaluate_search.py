"""`manage.py evaluate_search`: measure how well captions find their pictures in this library."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.management.base import CommandError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from tqdm import tqdm

from gallery.exceptions import SemblanceError
from gallery.ingest.captions import read_captions
from gallery.management.base import TranslatedCommand
from gallery.models import Collection
from gallery.search import (
    RECALL_AT,
    Evaluation,
    Filters,
    Scope,
    ask_questions,
    console_viewer,
    places_by_search,
    places_by_vectors,
)


class Command(TranslatedCommand):
    """Writes the progress bar to stderr, and the table or only JSON to stdout."""

    summary = _(
        "Search with the captions of pictures and report how often the right picture comes first. "
        "Vectors alone, so that a caption cannot find itself by its own words."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the options for the collection, the captions, the kind of search and the output."""
        parser.add_argument("--collection", metavar="SLUG", help=gettext("default: all pictures"))
        parser.add_argument(
            "--captions", type=Path, metavar="FILE.csv",
            help=gettext("columns file,caption; default: the stored captions"),
        )  # fmt: skip
        parser.add_argument(
            "--fused", action="store_true", help=gettext("the whole engine, full text included")
        )
        parser.add_argument(
            "--json", action="store_true", help=gettext("one JSON object on stdout")
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Evaluate and print; a named error becomes one sentence and exit status 1."""
        began = time.monotonic()
        try:
            result = self._evaluate(options)
        except SemblanceError as error:
            raise CommandError(error.sentence) from error
        seconds = time.monotonic() - began
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(result, options, seconds=seconds)))
        else:
            self.stdout.write(_in_words(result, fused=options["fused"], seconds=seconds))

    def _evaluate(self, options: dict[str, Any]) -> Evaluation:
        filters = _filters(options["collection"])
        scope = Scope.of(console_viewer(), filters=filters)
        caption_of = _captions(options["captions"])
        questions, captioned = ask_questions(scope, caption_of=caption_of)
        if not questions:
            raise CommandError(
                gettext(
                    "None of the searchable pictures has a caption to search for: import some with "
                    "import_images --captions FILE.csv, or name a file with --captions."
                )
            )
        places = (
            places_by_search(questions, filters=filters)
            if options["fused"]
            else places_by_vectors(questions, scope=scope)
        )
        bar = tqdm(places, total=len(questions), unit=" captions", file=sys.stderr, disable=None)
        return Evaluation(
            encoder=scope.encoder.key,
            pictures=scope.counts.searchable,
            captioned=captioned,
            places=tuple(bar),
        )


def _filters(collection: str | None) -> Filters:
    if not collection:
        return Filters()
    if not Collection.objects.filter(slug=collection).exists():
        raise CommandError(
            gettext("There’s no collection with the slug “%(collection)s”.")
            % {"collection": collection}
        )
    return Filters(collections=(collection,))


def _captions(file: Path | None) -> Callable[[str], str] | None:
    if file is None:
        return None
    captions = read_captions(file)
    return lambda name: captions.details_of(name).caption


def _as_json(result: Evaluation, options: dict[str, Any], *, seconds: float) -> dict[str, Any]:
    recall = {f"recall_at_{depth}": round(result.recall_at(depth), 4) for depth in RECALL_AT}
    return {
        "encoder": result.encoder,
        "collection": options["collection"],
        "method": "fused" if options["fused"] else "vectors",
        "pictures": result.pictures,
        "captioned": result.captioned,
        "queries": result.questions,
        **recall,
        "median_rank": result.median_place,
        "seconds": round(seconds, 2),
    }


def _in_words(result: Evaluation, *, fused: bool, seconds: float) -> str:
    method = gettext("the whole engine") if fused else gettext("vectors alone")
    rows = [
        gettext("Words to pictures by %(method)s, with %(encoder)s:")
        % {"method": method, "encoder": result.encoder},
        gettext(
            "%(questions)s different captions of %(captioned)s pictures, searched among "
            "%(pictures)s."
        )
        % {
            "questions": intcomma(result.questions),
            "captioned": intcomma(result.captioned),
            "pictures": intcomma(result.pictures),
        },
        "",
        *(f"  R@{depth:<10} {result.recall_at(depth):.3f}" for depth in RECALL_AT),
        gettext("  median rank  %(median_place)s") % {"median_place": f"{result.median_place:g}"},
        "",
        f"{seconds:.1f} s.",
    ]
    return "\n".join(rows)
