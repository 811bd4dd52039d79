"""`manage.py first_start`: makes the site ready to serve; safe to run again."""

from __future__ import annotations

import logging
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from gallery.embedding.device import choose_device
from gallery.embedding.lifecycle import ensure_active_encoder
from gallery.embedding.queue import embed_pending
from gallery.exceptions import EncoderUnavailable
from gallery.management import startup
from gallery.models import Encoder

STEPS = ("tables", "static", "admin", "encoder")
# Only when named: the pictures to try the site on, searchable when the step ends.
SAMPLES = "samples"


class Command(BaseCommand):
    """Each step says in one line what it did, and says nothing when there was nothing to do."""

    help = "Make tables, static files, the admin account and the choice of encoder, once."
    requires_system_checks: list[str] = []  # noqa: RUF012  # Django's own type

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "steps", nargs="*", metavar="STEP", help=f"Only these of {', '.join(STEPS)}, {SAMPLES}."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        # What a person should know is printed here, in words of its own.
        logging.getLogger("gallery").setLevel(logging.WARNING)
        steps = options["steps"] or STEPS
        if unknown := set(steps) - {*STEPS, SAMPLES}:
            raise CommandError(
                f"No such step: {', '.join(unknown)}. Name {', '.join(STEPS)} or {SAMPLES}."
            )
        if "tables" in steps and startup.migrations_pending():
            call_command("migrate", interactive=False, verbosity=0)
            self.stdout.write("Database tables are up to date.")
        if "static" in steps and startup.static_files_stale():
            startup.collect_static_files()
        if "admin" in steps and startup.admin_missing():
            self._create_admin()
        if "encoder" in steps:
            self._choose_encoder()
        if SAMPLES in steps and not startup.has_pictures():
            self._load_samples()

    def _create_admin(self) -> None:
        name, password = startup.create_admin()
        self.stdout.write(
            f"\n  Administrator: {name}\n  Password:      {password}\n"
            "  Keep it: it is shown this once and stored nowhere."
            " `manage.py changepassword` sets another.\n\n"
        )

    def _choose_encoder(self) -> None:
        if startup.encoder_missing():
            self.stdout.write("Preparing the encoder; this happens once …")
        try:
            choose_device()  # a setting that names one this machine lacks is told here, not later
            self.stdout.write(encoder_line(ensure_active_encoder()))
        except EncoderUnavailable as error:
            raise CommandError(error.sentence) from error

    def _load_samples(self) -> None:
        """In this process, which holds the encoder already: a worker would load it again first."""
        call_command("load_sample_library", stdout=self.stdout, stderr=self.stderr)
        active = Encoder.objects.active()
        try:
            while active is not None and embed_pending(encoder=active).claimed:
                pass
        except EncoderUnavailable as error:
            raise CommandError(error.sentence) from error


def encoder_line(encoder: Encoder) -> str:
    """Which encoder searches use, why, and how to change it."""
    line = f"Encoder: {encoder.key}. {encoder.reason}".rstrip()
    if "manage.py encoders" not in line:
        line += " To change it: manage.py encoders add KEY --wait, then encoders activate KEY."
    return line
