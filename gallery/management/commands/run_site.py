"""`manage.py run_site`: run everything the site needs in one terminal, as `make run` does."""

from __future__ import annotations

import signal
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.db import connections
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.management import startup
from gallery.management.base import TranslatedCommand
from gallery.management.commands.first_start import SAMPLES, STEPS, encoder_line
from gallery.models import Encoder
from searchsite.embedded import keeper
from searchsite.embedded.errors import LocalServiceError
from searchsite.embedded.supervisor import Site, Supervisor


class Command(TranslatedCommand):
    """Starts and supervises the database, the broker, a worker, beat and the web server."""

    summary = _("Run the whole site on this machine until Ctrl-C (make run).")
    requires_system_checks: list[str] = []  # noqa: RUF012  # Django's own type

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--with-parent",
            action="store_true",
            help=gettext("Stop when the parent process (make) ends."),
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        should_stop = _never
        if options["with_parent"]:
            keeper.end_with_parent(signal.SIGTERM)
            should_stop = keeper.parent_was_interrupted
        site = Site(
            var_dir=settings.VAR_DIR,
            base_dir=settings.BASE_DIR,
            host=settings.HOST,
            port=settings.PORT,
            web_threads=settings.WEB_THREADS,
            log_level=settings.LOGGING["root"]["level"],
            local_postgres=settings.EMBEDDED_DATABASE,
            local_valkey=settings.EMBEDDED_REDIS,
        )
        try:
            Supervisor(site, prepare=_prepare, should_stop=should_stop).run()
        except LocalServiceError as error:
            self.stderr.write(str(error))
            sys.exit(1)


def _never() -> bool:
    return False


def _prepare() -> None:
    """Do what the first start needs, up to a sample library that can be searched."""
    try:
        todo = startup.is_needed() or not startup.has_pictures()
        if todo or startup.names_a_device():
            # In a separate process, which keeps the encoders' packages out of the supervisor.
            command = [
                sys.executable,
                "-m",
                "searchsite.command_line",
                "first_start",
                *STEPS,
                SAMPLES,
            ]
            if subprocess.run(command, cwd=settings.BASE_DIR).returncode:
                raise LocalServiceError(gettext("The site couldn’t start. See the error above."))
        elif encoder := Encoder.objects.active():
            sys.stdout.write(f"{encoder_line(encoder)}\n")
    finally:
        connections.close_all()
