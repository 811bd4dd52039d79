"""`manage.py search`: search every collection by words, pictures or both, from the terminal."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.management.base import CommandError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.exceptions import SemblanceError
from gallery.management.base import TranslatedCommand
from gallery.models import Collection
from gallery.search import (
    EVEN_WEIGHT,
    Filters,
    Hit,
    SearchPage,
    SearchQuery,
    console_viewer,
    count_sentence,
    keep_query_image,
    run_search,
)

DEFAULT_LIMIT = 20
# Characters of a title or a file name in the table.
COLUMN = 40
MARKS = {"strong": "+++", "fair": "++ ", "weak": "+  "}


class Command(TranslatedCommand):
    """Prints a table for people, or one JSON object."""

    summary = _("Find pictures by words, a picture file, a stored picture, or a combination.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the parts of the query, the filters and the output options."""
        parser.add_argument("words", nargs="?", default="", help=gettext("what the picture shows"))
        parser.add_argument(
            "--not", dest="excluded", action="append", default=[], metavar="WORDS",
            help=gettext("leave out pictures that show this; repeatable"),
        )  # fmt: skip
        parser.add_argument(
            "--image", type=Path, metavar="FILE", help=gettext("find pictures similar to this file")
        )
        parser.add_argument(
            "--like", type=int, action="append", default=[], metavar="ID",
            help=gettext("find pictures similar to this stored one; repeatable"),
        )  # fmt: skip
        parser.add_argument(
            "--weight", type=float, default=EVEN_WEIGHT, metavar="0..1",
            help=gettext("weight of the words when there’s a picture too"),
        )  # fmt: skip
        parser.add_argument(
            "--more", action="append", default=[], metavar="PART",
            help=gettext("make q, picture, like.ID or not.WORDS more important; repeatable"),
        )  # fmt: skip
        parser.add_argument(
            "--less", action="append", default=[], metavar="PART",
            help=gettext("make a part less important; repeatable"),
        )  # fmt: skip
        parser.add_argument("--collection", metavar="SLUG", help=gettext("only in this collection"))
        parser.add_argument("--limit", type=int, default=DEFAULT_LIMIT, metavar="N")
        parser.add_argument(
            "--json", action="store_true", help=gettext("one JSON object on stdout")
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Search and print; a named error becomes one sentence and exit status 1."""
        if options["limit"] < 1:
            raise CommandError(gettext("--limit must be 1 or more."))
        if not 0 <= options["weight"] <= 1:
            raise CommandError(gettext("--weight must be between 0 and 1."))
        try:
            page = self._search(options)
        except SemblanceError as error:
            raise CommandError(error.sentence) from error
        if options["json"]:
            self.stdout.write(json.dumps(_page_as_json(page, words=options["words"])))
        else:
            self._print_table(page)

    def _search(self, options: dict[str, Any]) -> SearchPage:
        query = _query(options)
        kept = None
        if options["image"]:
            kept = keep_query_image(_existing(options["image"]), owner=None)
            query = query.with_(picture=kept.token)
        try:
            query = _weighted(query, more=options["more"], less=options["less"])
            return run_search(query, viewer=console_viewer(), page_size=options["limit"])
        finally:
            if kept is not None:
                kept.file.delete(save=False)
                kept.delete()

    def _print_table(self, page: SearchPage) -> None:
        for hit in page.hits:
            title = hit.image.title or hit.image.caption
            self.stdout.write(
                f"{hit.rank:>4}  {MARKS[hit.strength]}  {hit.score:>6.3f}  #{hit.image.pk:<7} "
                f"{_cut(hit.image.original_name):<{COLUMN}}  {hit.image.collection.slug}"
                f"{'  ' + _cut(title) if title else ''}"
            )
        if page.notice:
            self.stdout.write(page.notice)
        for each in page.left_out:
            thing = (
                f"“{each.value}”"
                if each.kind == "words"
                else gettext("picture %(value)s") % {"value": each.value}
            )
            self.stdout.write(
                gettext("%(count)s left out because of %(thing)s.")
                % {"count": intcomma(each.count), "thing": thing}
            )
        self.stdout.write(count_sentence(page))
        waiting = (
            gettext(", %(waiting)s not searchable yet") % {"waiting": intcomma(page.waiting)}
            if page.waiting
            else ""
        )
        self.stdout.write(
            gettext(
                "%(searched)s pictures searched in %(elapsed_ms)s ms with %(encoder)s%(waiting)s."
            )
            % {
                "searched": intcomma(page.searched),
                "elapsed_ms": f"{page.elapsed_ms:.0f}",
                "encoder": page.encoder,
                "waiting": waiting,
            }
        )


def _query(options: dict[str, Any]) -> SearchQuery:
    """Build the query from the command line; words are cleaned exactly like those of a URL."""
    collection = options["collection"]
    if collection and not Collection.objects.filter(slug=collection).exists():
        raise CommandError(
            gettext("There’s no collection with the slug “%(collection)s”.")
            % {"collection": collection}
        )
    query = SearchQuery.from_params({"q": options["words"], "not": options["excluded"]})
    return query.with_(
        like=tuple(options["like"]),
        words_weight=options["weight"],
        filters=Filters(collections=(collection,) if collection else ()),
    )


def _weighted(query: SearchQuery, *, more: list[str], less: list[str]) -> SearchQuery:
    for name in (*more, *less):
        if name not in query.part_names:
            raise CommandError(
                gettext("The search has no part “%(name)s”. Its parts are: %(names)s.")
                % {"name": name, "names": ", ".join(query.part_names)}
            )
    return query.with_(more=tuple(more), less=tuple(less))


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise CommandError(gettext("There’s no file %(file)s.") % {"file": file})
    return file


def _page_as_json(page: SearchPage, *, words: str) -> dict[str, Any]:
    return {
        "query": words,
        "encoder": page.encoder,
        "results": [_hit_as_json(hit) for hit in page.hits],
        "good": page.good,
        "more_good": page.more_good,
        "less_likely": page.less_likely,
        "left_out": [asdict(each) for each in page.left_out],
    }


def _hit_as_json(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.image.pk,
        "file": hit.image.original_name,
        "collection": hit.image.collection.slug,
        "title": hit.image.title,
        "caption": hit.image.caption,
        "score": round(hit.score, 6),
        "strength": hit.strength,
        "url": hit.image.get_absolute_url(),
    }


def _cut(text: str) -> str:
    return text if len(text) <= COLUMN else f"{text[: COLUMN - 1]}…"
