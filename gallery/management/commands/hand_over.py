"""`manage.py hand_over FROM TO`: give everything that a person owns to someone else."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.exceptions import SemblanceError
from gallery.library.ownership import hand_over_everything
from gallery.management.base import TranslatedCommand
from gallery.models import User
from gallery.search import console_viewer


class Command(TranslatedCommand):
    """Prints what was handed over; then the first account can be deleted."""

    summary = gettext_lazy(
        "Transfer all pictures, collections and uploads from one person to another."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the two user names."""
        parser.add_argument("from", metavar="FROM", help=_("user name of the current owner"))
        parser.add_argument("to", metavar="TO", help=_("user name of the new owner"))

    def handle(self, *_args: Any, **options: Any) -> None:
        """Hand over, all or nothing."""
        person, recipient = _person(options["from"]), _person(options["to"])
        try:
            done = hand_over_everything(person, to=recipient, by=console_viewer())
        except SemblanceError as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(
            _("Pictures: %(pictures)s. Collections: %(collections)s. They now belong to %(name)s.")
            % {
                "pictures": done.pictures,
                "collections": done.collections,
                "name": recipient.get_username(),
            }
        )
        if done.renamed:
            self.stdout.write(
                _("Renamed because the name was taken: %(names)s.")
                % {"names": ", ".join(done.renamed)}
            )


def _person(name: str) -> User:
    person = User.objects.named(name)
    if person is None:
        raise CommandError(_("No user named “%(name)s”.") % {"name": name})
    return person
