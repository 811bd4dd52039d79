"""`manage.py first_start`: prepare the site to serve; safe to run again."""

from __future__ import annotations

import logging
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.embedding.device import choose_device
from gallery.embedding.lifecycle import ensure_active_encoder
from gallery.embedding.queue import embed_pending
from gallery.exceptions import EncoderUnavailable
from gallery.management import startup
from gallery.management.base import TranslatedCommand
from gallery.models import Encoder

STEPS = ("tables", "static", "admin", "encoder")
# Runs only when named: sample pictures to try the site with, searchable when the step ends.
SAMPLES = "samples"


class Command(TranslatedCommand):
    """Each step prints one line about what it did, or nothing if there was nothing to do."""

    summary = _("Create the tables, static files and admin account, and choose an encoder.")
    requires_system_checks: list[str] = []  # noqa: RUF012  # Django's own type

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "steps",
            nargs="*",
            metavar="STEP",
            help=gettext("Run only these steps: %(steps)s, %(samples)s.")
            % {"steps": ", ".join(STEPS), "samples": SAMPLES},
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        # Messages for people are printed here instead.
        logging.getLogger("gallery").setLevel(logging.WARNING)
        steps = options["steps"] or STEPS
        if unknown := set(steps) - {*STEPS, SAMPLES}:
            raise CommandError(
                gettext("There’s no step %(unknown)s. Use %(steps)s or %(samples)s.")
                % {
                    "unknown": ", ".join(unknown),
                    "steps": ", ".join(STEPS),
                    "samples": SAMPLES,
                }
            )
        if "tables" in steps and startup.migrations_pending():
            call_command("migrate", interactive=False, verbosity=0)
            self.stdout.write(gettext("The database is up to date."))
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
            gettext(
                "\n  Administrator: %(name)s\n  Password:      %(password)s\n  Keep "
                "this password: it’s shown only once and not stored. Use `manage.py "
                "changepassword` to set another.\n\n"
            )
            % {"name": name, "password": password}
        )

    def _choose_encoder(self) -> None:
        if startup.encoder_missing():
            self.stdout.write(gettext("Preparing the encoder. This happens only once…"))
        try:
            choose_device()  # report a device that this machine lacks now, not later
            self.stdout.write(encoder_line(ensure_active_encoder()))
        except EncoderUnavailable as error:
            raise CommandError(error.sentence) from error

    def _load_samples(self) -> None:
        """Load and embed them in this process, which has already loaded the encoder."""
        call_command("load_sample_library", stdout=self.stdout, stderr=self.stderr)
        active = Encoder.objects.active()
        try:
            while active is not None and embed_pending(encoder=active).claimed:
                pass
        except EncoderUnavailable as error:
            raise CommandError(error.sentence) from error


# A reason with these words already says how to change the encoder.
_CHANGING = "manage.py encoders"


def encoder_line(encoder: Encoder) -> str:
    """Say which encoder searches use, why, and how to change it."""
    values = {"key": encoder.key, "reason": encoder.reason}
    line = (gettext("Encoder: %(key)s. %(reason)s") % values).rstrip()
    if _CHANGING not in encoder.reason:
        how = gettext(
            "To change it: manage.py encoders add KEY --wait, then encoders activate KEY."
        )
        line = f"{line} {how}"
    return line
