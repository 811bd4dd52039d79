"""Helpers of the import command: the owner, the destination collection, and the report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.exceptions import ImportProblem, Refused
from gallery.ingest.bulk import IngestOutcome
from gallery.ingest.intake import Destination, Duplicate
from gallery.library.collections import create_collection
from gallery.management.superusers import first_superuser
from gallery.models import Collection, Encoder, Image, User, Visibility
from gallery.search import console_viewer
from gallery.vectors import measure_coverage


@dataclass
class ImportReport:
    """Counts and refusals of one import."""

    collection: Collection
    imported: int = 0
    duplicate: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, outcome: IngestOutcome) -> None:
        """Count one file."""
        if isinstance(outcome.result, Refused):
            self.refused.append({"file": outcome.name, "reason": outcome.result.sentence})
        elif isinstance(outcome.result, Duplicate):
            self.duplicate += 1
        else:
            self.imported += 1

    @property
    def searchable(self) -> int:
        """Return the live pictures of the collection with a vector of the encoder in use."""
        images = Image.objects.live().filter(collection=self.collection)
        return measure_coverage(images, encoder=Encoder.objects.active()).searchable

    def as_json(self) -> dict[str, Any]:
        """Return the object that --json prints."""
        return {
            "imported": self.imported,
            "duplicate": self.duplicate,
            "refused": self.refused,
            "collection": self.collection.slug,
            "searchable": self.searchable,
            "seconds": round(self.seconds, 2),
        }

    @property
    def refused_everything(self) -> bool:
        """Whether every file was refused."""
        return bool(self.refused) and not self.imported and not self.duplicate

    def in_words(self) -> str:
        """Return the lines that people read."""
        lines = [refusal["reason"] for refusal in self.refused]
        lines.append(
            _(
                "%(imported)s imported, %(duplicate)s duplicate, %(refused)s refused, "
                "in %(seconds)s s."
            )
            % {
                "imported": self.imported,
                "duplicate": self.duplicate,
                "refused": len(self.refused),
                "seconds": f"{self.seconds:.1f}",
            }
        )
        lines.append(
            ngettext(
                "%(searchable)s picture of “%(name)s” is searchable: /collections/%(slug)s/",
                "%(searchable)s pictures of “%(name)s” are searchable: /collections/%(slug)s/",
                self.searchable,
            )
            % {
                "searchable": self.searchable,
                "name": self.collection.name,
                "slug": self.collection.slug,
            }
        )
        return "\n".join(lines)


def find_destination(collection: str, *, owner_name: str | None, public: bool) -> Destination:
    """Find or create the collection with that name or slug, and find the owner of the import.

    A name means one of the owner's collections, else one that the owner may add to, and never
    anyone else's. Raises ImportProblem if the owner cannot be found or several collections have
    the name.
    """
    owner = _owner(owner_name)
    return Destination(collection=_collection(collection, owner=owner, public=public), owner=owner)


def _owner(name: str | None) -> User:
    owner = first_superuser() if name is None else User.objects.named(name)
    if owner is None and name is None:
        raise ImportProblem(
            _(
                "There is no administrator yet: run manage.py createsuperuser, or name an account "
                "with --owner."
            ),
            reason="no_owner",
        )
    if owner is None:
        raise ImportProblem(_("No user named “%(name)s”.") % {"name": name}, reason="unknown_owner")
    if not owner.is_active:
        raise ImportProblem(
            _("%(name)s's account is disabled.") % {"name": owner.get_username()},
            reason="inactive_owner",
        )
    return owner


def _collection(name: str, *, owner: User, public: bool) -> Collection:
    open_to_owner = Collection.objects.open_to_uploads_by(owner)
    own = Collection.objects.filter(owner=owner).named(name)
    for found in (own, open_to_owner.filter(slug=name), open_to_owner.named(name)):
        if len(found) > 1:
            slugs = ", ".join(sorted(collection.slug for collection in found))
            raise ImportProblem(
                _("Several collections are named “%(name)s”. Use one of these instead: %(slugs)s.")
                % {"name": name, "slugs": slugs},
                reason="ambiguous_collection",
            )
        if found:
            return found[0]
    visibility = Visibility.PUBLIC if public else Visibility.PRIVATE
    return create_collection(owner, by=console_viewer(), name=name, visibility=visibility)
