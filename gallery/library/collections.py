"""Making, changing and deleting collections.

Slugs are made here and never change: addresses that people shared keep working.
"""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.text import slugify

from gallery.exceptions import LibraryProblem, NotAllowed
from gallery.library.words import clean_line, clean_lines
from gallery.models import Collection, Image, Visibility
from gallery.models.people import Viewer, person_id

# Addresses under /collections/ that are pages of their own.
RESERVED_SLUGS = frozenset({"new"})
# Lengths in characters of the model's fields.
MAX_NAME_LENGTH = 120
MAX_DESCRIPTION_LENGTH = 2000
# Room in the slug's 80 characters for a suffix.
MAX_SLUG_STEM_LENGTH = 70
# Tags are counted over this many of the newest pictures, so that a page costs the same always.
MAX_SCANNED = 2000
MAX_TAGS_OFFERED = 30
MAX_YEARS_OFFERED = 60


@dataclass(frozen=True, kw_only=True)
class FiltersOnOffer:
    """Tags and years that pictures of a collection have."""

    tags: tuple[str, ...]
    years: tuple[int, ...]


def create_collection(
    owner: Viewer,
    *,
    name: str,
    description: str = "",
    visibility: str = Visibility.PRIVATE,
) -> Collection:
    """Makes a collection with an address of its own. Raises NotAllowed for somebody not signed
    in, LibraryProblem for an empty name."""
    person = person_id(owner)
    if person is None:
        raise NotAllowed("Sign in to make a collection.")
    name, description = clean_name(name), clean_description(description)
    for _ in range(5):
        try:
            with transaction.atomic():
                return Collection.objects.create(
                    owner_id=person,
                    name=name,
                    slug=free_slug(name),
                    description=description,
                    visibility=visibility,
                )
        except IntegrityError:
            # Somebody took the same slug between the look and the insert: look again.
            continue
    raise LibraryProblem("Somebody is making the same collection right now: try again.")


def clean_name(name: str) -> str:
    """The name on one line. Raises LibraryProblem when nothing is left or it is too long."""
    name = clean_line(name, limit=MAX_NAME_LENGTH, what="name")
    if not name:
        raise LibraryProblem("Give the collection a name.", reason="name_missing")
    return name


def clean_description(description: str) -> str:
    """The description as it is stored. Raises LibraryProblem when it is too long."""
    return clean_lines(description, limit=MAX_DESCRIPTION_LENGTH, what="description")


def free_slug(name: str) -> str:
    """A slug of the name that no collection has: my-cats, my-cats-2, …"""
    stem = slugify(name)[:MAX_SLUG_STEM_LENGTH].strip("-") or f"collection-{secrets.token_hex(3)}"
    taken = set(
        Collection.objects.filter(slug__startswith=stem).values_list("slug", flat=True)
    ) | set(RESERVED_SLUGS)
    if stem not in taken:
        return stem
    number = 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def update_collection(
    collection: Collection,
    *,
    name: str,
    description: str,
    visibility: str,
    cover: Image | None,
) -> None:
    """Changes the settings of a collection. The cover is one of its own live pictures, or none,
    which shows the newest. Raises LibraryProblem."""
    if cover is not None and (cover.collection_id != collection.pk or cover.is_trashed):
        raise LibraryProblem(
            "The cover must be a picture of this collection.", reason="cover_elsewhere"
        )
    if visibility not in Visibility.values:
        raise LibraryProblem("Choose public or private.", reason="visibility_unknown")
    collection.name = clean_name(name)
    collection.description = clean_description(description)
    collection.visibility = visibility
    collection.cover = cover
    # Not save(): it fails when the collection was deleted meanwhile.
    Collection.objects.filter(pk=collection.pk).update(
        name=collection.name,
        description=collection.description,
        visibility=visibility,
        cover=cover,
    )


def delete_collection(collection: Collection) -> None:
    """Deletes an empty collection. Raises LibraryProblem while a picture is in it or its trash."""
    with transaction.atomic():
        locked = Collection.objects.select_for_update().filter(pk=collection.pk).first()
        if locked is None:
            raise LibraryProblem("That collection is deleted already.", reason="collection_gone")
        live = locked.images.filter(deleted_at__isnull=True).count()
        trashed = locked.images.filter(deleted_at__isnull=False).count()
        if live:
            raise LibraryProblem(
                "Only an empty collection can be deleted: move or delete its pictures first.",
                reason="not_empty",
            )
        if trashed:
            raise LibraryProblem(
                "Pictures of this collection are still in the trash: restore them or delete "
                "them for ever first.",
                reason="trash_not_empty",
            )
        locked.delete()


def filters_in(collection: Collection) -> FiltersOnOffer:
    """What the pictures of one collection can be filtered by: three short queries."""
    images = Image.objects.live().filter(collection=collection)
    newest = images.newest_first().values_list("tags", flat=True)[:MAX_SCANNED]
    counted = Counter(tag for tags in newest for tag in tags)
    dated = images.annotate(shown=Coalesce("taken_at", "created_at")).values_list(
        "shown", flat=True
    )
    last, first = dated.order_by("-shown").first(), dated.order_by("shown").first()
    years: tuple[int, ...] = ()
    if last is not None and first is not None:
        end = timezone.localtime(last).year
        begin = max(timezone.localtime(first).year, end - MAX_YEARS_OFFERED + 1)
        years = tuple(range(end, begin - 1, -1))
    tags = sorted(tag for tag, _ in counted.most_common(MAX_TAGS_OFFERED))
    return FiltersOnOffer(tags=tuple(tags), years=years)
