"""What the import command needs besides ingest: whose pictures, into what, and the final count."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gallery.exceptions import ImportProblem, Refused
from gallery.ingest.bulk import IngestOutcome
from gallery.ingest.intake import Destination, Duplicate
from gallery.library.collections import create_collection
from gallery.management.superusers import first_superuser
from gallery.models import Collection, Encoder, Image, User, Visibility


@dataclass
class ImportReport:
    """Counts and refusals of one import."""

    collection: Collection
    imported: int = 0
    duplicate: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, outcome: IngestOutcome) -> None:
        """Counts one file."""
        if isinstance(outcome.result, Refused):
            self.refused.append({"file": outcome.name, "reason": outcome.result.sentence})
        elif isinstance(outcome.result, Duplicate):
            self.duplicate += 1
        else:
            self.imported += 1

    @property
    def searchable(self) -> int:
        """Live pictures of the collection with a vector of the encoder in use."""
        encoder = Encoder.objects.active()
        if encoder is None:
            return 0
        return (
            Image.objects.live()
            .filter(collection=self.collection)
            .searchable_with(encoder.pk)
            .count()
        )

    def as_json(self) -> dict[str, Any]:
        """The object that --json prints."""
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
        """The lines that people read."""
        lines = [refusal["reason"] for refusal in self.refused]
        lines.append(
            f"{self.imported} imported, {self.duplicate} already there,"
            f" {len(self.refused)} refused, in {self.seconds:.1f} s."
        )
        lines.append(
            f"{self.searchable} pictures of “{self.collection.name}” are searchable:"
            f" /collections/{self.collection.slug}/"
        )
        return "\n".join(lines)


def find_destination(collection: str, *, owner_name: str | None, public: bool) -> Destination:
    """The collection of that slug or name, made if there is none, and who adds to it.

    Raises ImportProblem when nobody fits or several collections have the name.
    """
    owner = _owner(owner_name)
    return Destination(collection=_collection(collection, owner=owner, public=public), owner=owner)


def _owner(name: str | None) -> User:
    if name is None:
        first = first_superuser()
        if first is None:
            raise ImportProblem(
                "There is no administrator yet: run manage.py createsuperuser, or name an"
                " account with --owner.",
                reason="no_owner",
            )
        return first
    owner = User.objects.named(name)
    if owner is None:
        raise ImportProblem(f"There is no account named “{name}”.", reason="unknown_owner")
    return owner


def _collection(name: str, *, owner: User, public: bool) -> Collection:
    by_slug = Collection.objects.filter(slug=name).first()
    if by_slug is not None:
        return by_slug
    named = list(Collection.objects.filter(name__iexact=name))
    mine = [collection for collection in named if collection.owner_id == owner.pk]
    if len(mine or named) > 1:
        slugs = ", ".join(collection.slug for collection in mine or named)
        raise ImportProblem(
            f"Several collections are named “{name}”: give one of {slugs} instead.",
            reason="ambiguous_collection",
        )
    if mine or named:
        return (mine or named)[0]
    visibility = Visibility.PUBLIC if public else Visibility.PRIVATE
    return create_collection(owner, name=name, visibility=visibility)
