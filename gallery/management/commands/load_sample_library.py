"""`manage.py load_sample_library`: pictures to search right after installing."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.exceptions import Refused
from gallery.hints import hint_workers
from gallery.ingest import sample_library
from gallery.ingest.intake import Stored
from gallery.library.collections import create_collection
from gallery.management.base import TranslatedCommand
from gallery.management.superusers import first_superuser
from gallery.models import Collection, User, Visibility
from gallery.search import console_viewer


class Command(TranslatedCommand):
    """Does nothing on a site that has or ever had pictures."""

    summary = _("Load the sample library: about 20 captioned photographs.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add --force."""
        parser.add_argument(
            "--force",
            action="store_true",
            help=gettext("load it even if the site has pictures"),
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load the pictures, once, and send workers a hint."""
        if not options["force"] and not sample_library.wants_samples():
            self.stdout.write(
                gettext("The site already has pictures, so the sample library wasn’t loaded.")
            )
            return
        owner = first_superuser()
        if owner is None:
            raise CommandError(gettext("Create an administrator first: manage.py createsuperuser"))
        with transaction.atomic():
            outcomes = sample_library.load_samples(_collection(owner))
        hint_workers()
        stored = sum(isinstance(outcome.result, Stored) for outcome in outcomes)
        for outcome in outcomes:
            if isinstance(outcome.result, Refused):
                self.stderr.write(outcome.result.sentence)
        self.stdout.write(
            gettext("Sample library: %(stored)s pictures loaded.") % {"stored": stored}
        )


def _collection(owner: User) -> Collection:
    """Return the owner's collection of samples, or create it as a public one."""
    own = Collection.objects.filter(owner=owner).named(sample_library.NAME).first()
    return own or create_collection(
        owner,
        by=console_viewer(),
        name=sample_library.NAME,
        description=sample_library.DESCRIPTION,
        visibility=Visibility.PUBLIC,
    )
