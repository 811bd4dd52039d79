"""`manage.py encoders list | add KEY | activate KEY | remove KEY`: manage the site's encoders."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from tqdm import tqdm

from gallery.embedding.catalog import CATALOG, CatalogEntry, describe
from gallery.embedding.lifecycle import (
    activate_encoder,
    add_encoder,
)
from gallery.embedding.queue import embed_pending
from gallery.embedding.removal import remove_encoder
from gallery.exceptions import SemblanceError
from gallery.hints import hint_workers
from gallery.management.base import TranslatedCommand
from gallery.models import EmbeddingJob, Encoder, Image
from gallery.vectors import measure_coverage

# Pictures between two steps of the progress bar.
PASS_SIZE = 64
# How often to check again while another worker holds the last pictures. Seconds.
POLL_S = 0.5


class Command(TranslatedCommand):
    """Lists, adds, activates and removes encoders. The rules are in gallery.embedding.lifecycle."""

    summary = _(
        "Encoders turn words and pictures into vectors. A new one is built beside the active one "
        "while searches go on; activating it is one switch."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the four actions; all but list take a key."""
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser(
            "list", help=gettext("List the encoders in use and others you can add.")
        )
        adding = actions.add_parser(
            "add", help=gettext("Build its vectors alongside the active encoder.")
        )
        adding.add_argument(
            "--wait",
            action="store_true",
            help=gettext("Embed in this process until every picture is done."),
        )
        activating = actions.add_parser("activate", help=gettext("Use it for searches."))
        activating.add_argument(
            "--force",
            action="store_true",
            help=gettext("Activate it even if some pictures have no vector yet."),
        )
        removing = actions.add_parser("remove", help=gettext("Delete it and its vectors."))
        for action in (adding, activating, removing):
            action.add_argument(
                "key", help=gettext("For example openclip:ViT-L-14/datacomp_xl_s13b_b90k")
            )
        for action in (listing, adding, activating, removing):
            action.add_argument("--json", action="store_true", help=gettext("Print JSON only."))

    def handle(self, *_arguments: object, **options: Any) -> None:
        """Run one action; a named error becomes one sentence and exit status 1."""
        actions = {
            "list": self._list,
            "add": self._add,
            "activate": self._activate,
            "remove": self._remove,
        }
        try:
            actions[options["action"]](options)
        except SemblanceError as error:
            raise CommandError(error.sentence) from error

    def _list(self, options: dict[str, Any]) -> None:
        rows = [_row(encoder) for encoder in Encoder.objects.all()]
        known = {row["key"] for row in rows}
        offered = [entry for entry in CATALOG if entry.spec.key not in known]
        if options["json"]:
            self._print_json({"encoders": rows, "available": [_offer(entry) for entry in offered]})
            return
        for row in rows:
            self.stdout.write(
                gettext(
                    "%(state)s  %(key)s  %(embedded)s of %(pictures)s pictures (%(coverage)s), "
                    "%(failed)s failed"
                )
                % {
                    "state": f"{row['state']:>8}",
                    "key": row["key"],
                    "embedded": intcomma(row["embedded"]),
                    "pictures": intcomma(row["pictures"]),
                    "coverage": f"{row['coverage']:.1%}",
                    "failed": intcomma(row["failed"]),
                }
            )
            if row["problem"]:
                self.stdout.write(f"          {row['problem']}")
        if not rows:
            self.stdout.write(gettext("No encoder is in use yet. The first start chooses one."))
        self.stdout.write(gettext("\nOthers you can add:"))
        for entry in offered:
            self.stdout.write(f"  {entry.spec.key}\n      {describe(entry.spec.key)}")

    def _add(self, options: dict[str, Any]) -> None:
        encoder = add_encoder(options["key"])
        transaction.on_commit(hint_workers)
        if options["wait"]:
            self._embed(encoder, quiet=options["json"])
        self._say(
            encoder,
            options,
            then=gettext("next: manage.py encoders activate %(key)s") % {"key": encoder.key},
        )

    def _activate(self, options: dict[str, Any]) -> None:
        encoder = activate_encoder(options["key"], force=options["force"])
        self._say(encoder, options, then=gettext("searches now use it"))

    def _remove(self, options: dict[str, Any]) -> None:
        remove_encoder(options["key"])
        if options["json"]:
            self._print_json({"removed": options["key"]})
        else:
            self.stdout.write(
                gettext("%(key)s and its vectors have been removed.") % {"key": options["key"]}
            )

    def _embed(self, encoder: Encoder, *, quiet: bool) -> None:
        """Embed this encoder's queue until only failures that wait for a retry are left."""
        total, done = _unfinished(encoder), 0
        with tqdm(total=total, unit="picture", disable=quiet, desc="Embedding") as bar:
            while left := _unfinished(encoder):
                bar.update(max(0, total - left - done))
                done = max(done, total - left)
                if embed_pending(encoder=encoder, limit=PASS_SIZE).claimed == 0:
                    # Other workers have the rest.
                    time.sleep(POLL_S)
            bar.update(total - done)
        encoder.refresh_from_db()

    def _say(self, encoder: Encoder, options: dict[str, Any], *, then: str) -> None:
        row = _row(encoder)
        if options["json"]:
            self._print_json(row)
            return
        self.stdout.write(
            gettext("%(key)s is %(state)s: %(embedded)s of %(pictures)s pictures; %(then)s.")
            % {
                "key": encoder.key,
                "state": row["state"],
                "embedded": intcomma(row["embedded"]),
                "pictures": intcomma(row["pictures"]),
                "then": then,
            }
        )

    def _print_json(self, content: object) -> None:
        self.stdout.write(json.dumps(content, indent=2))


def _row(encoder: Encoder) -> dict[str, Any]:
    coverage = measure_coverage(Image.objects.live(), encoder=encoder)
    jobs = EmbeddingJob.objects.filter(encoder=encoder).count_by_state()
    return {
        "key": encoder.key,
        "state": encoder.state,
        "dimension": encoder.dimension,
        "coverage": round(coverage.fraction, 4),
        "pictures": coverage.pictures,
        "embedded": coverage.searchable,
        "waiting": jobs.waiting,
        "failed": jobs.failed,
        "reason": encoder.reason,
        "problem": encoder.failure,
    }


def _unfinished(encoder: Encoder) -> int:
    """Count the pictures that are waiting or being embedded."""
    waiting = EmbeddingJob.objects.filter(encoder=encoder).waiting()
    in_hand = Q(claimed_at__isnull=False) | Q(next_try_at__lte=timezone.now())
    return waiting.filter(in_hand).count()


def _offer(entry: CatalogEntry) -> dict[str, Any]:
    spec = entry.spec
    return {
        "key": spec.key,
        "role": str(entry.role),
        "name": spec.name,
        "licence": spec.licence,
        "size_bytes": spec.size_bytes,
        "image_size": spec.image_size,
        "dimension": spec.dimension,
        "speed": str(entry.speed),
        "description": str(spec.description),
    }
