"""Create, change and delete collections.

Slugs are created here and never change, so that shared links keep working.
"""

from __future__ import annotations

import secrets

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from gallery.exceptions import LibraryProblem
from gallery.library.access import check_may_act_for, check_may_manage
from gallery.library.words import clean_line, clean_lines
from gallery.models import Collection, Image, User, Visibility
from gallery.models.people import Viewer

# Slugs that would hide other pages under /collections/.
RESERVED_SLUGS = frozenset({"new"})
# Lengths in characters of the model's fields.
MAX_NAME_LENGTH = 120
MAX_DESCRIPTION_LENGTH = 2000
# Room in the slug's 80 characters for a suffix.
MAX_SLUG_STEM_LENGTH = 70
# Each retry means that someone took the same slug or name at the same moment.
MAX_TRIES = 5


def create_collection(
    owner: User,
    *,
    by: Viewer,
    name: str,
    description: str = "",
    visibility: str = Visibility.PRIVATE,
) -> Collection:
    """Create a collection with a unique slug. Raise NotAllowed unless `by` is the owner or an
    administrator, LibraryProblem for a name that is empty, too long or taken."""
    check_may_act_for(owner, by=by)
    name, description = clean_name(name), clean_description(description)
    for _attempt in range(MAX_TRIES):
        check_name_free(name, owner_id=owner.pk)
        try:
            with transaction.atomic():
                return Collection.objects.create(
                    owner=owner,
                    name=name,
                    slug=free_slug(name),
                    description=description,
                    visibility=visibility,
                )
        except IntegrityError:
            # Someone took the same slug or name between the check and the insert: check again.
            continue
    raise LibraryProblem(_("Someone is creating the same collection right now. Try again."))


def default_collection_name() -> str:
    """Return the name of the collection that first uploads go to."""
    return _("My pictures")


def my_pictures_of(owner: User, *, by: Viewer) -> Collection:
    """Return the private collection for a person's first uploads, creating it if needed. Raise
    NotAllowed like create_collection, LibraryProblem if others can see an existing collection with
    that name."""
    name = default_collection_name()
    try:
        return create_collection(owner, by=by, name=name)
    except LibraryProblem:
        own = Collection.objects.filter(owner=owner, visibility=Visibility.PRIVATE)
        found = own.named(name).first()
        if found is None:
            raise
        return found


def check_name_free(name: str, *, owner_id: int, except_for: int = 0) -> None:
    """Raise LibraryProblem if another collection of that owner has the name, in any case."""
    others = Collection.objects.filter(owner_id=owner_id).named(name).exclude(pk=except_for)
    if others.exists():
        raise LibraryProblem(
            _("There is already a collection named “%(name)s”. Choose another name.")
            % {"name": others[0].name},
            reason="name_taken",
        )


def free_name(name: str, *, owner_id: int) -> str:
    """Return the name, or “Holiday (2)”, “Holiday (3)”, … if the owner already uses it."""
    number, candidate = 1, name
    while Collection.objects.filter(owner_id=owner_id).named(candidate).exists():
        number += 1
        suffix = f" ({number})"
        candidate = f"{name[: MAX_NAME_LENGTH - len(suffix)]}{suffix}"
    return candidate


def clean_name(name: str) -> str:
    """Return the name on one line. Raise LibraryProblem if it is empty or too long."""
    name = clean_line(name, limit=MAX_NAME_LENGTH, what="name")
    if not name:
        raise LibraryProblem(_("Give the collection a name."), reason="name_missing")
    return name


def clean_description(description: str) -> str:
    """Return the cleaned description. Raise LibraryProblem if it is too long."""
    return clean_lines(description, limit=MAX_DESCRIPTION_LENGTH, what="description")


def free_slug(name: str) -> str:
    """Return an unused slug for the name: my-cats, my-cats-2, …"""
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
    by: Viewer,
    name: str,
    description: str,
    visibility: str,
    cover: Image | None,
) -> None:
    """Change the settings of a collection. The cover is one of its own live pictures, or None to
    show the newest. Raise NotAllowed and LibraryProblem."""
    check_may_manage(collection, by=by)
    if cover is not None and (cover.collection_id != collection.pk or cover.is_trashed):
        raise LibraryProblem(
            _("The cover must be a picture of this collection."), reason="cover_elsewhere"
        )
    if visibility not in Visibility.values:
        raise LibraryProblem(_("Choose public or private."), reason="visibility_unknown")
    name, description = clean_name(name), clean_description(description)
    check_name_free(name, owner_id=collection.owner_id, except_for=collection.pk)
    try:
        with transaction.atomic():
            # Not save(), which fails if the collection was deleted in the meantime.
            Collection.objects.filter(pk=collection.pk).update(
                name=name, description=description, visibility=visibility, cover=cover
            )
    except IntegrityError:
        check_name_free(name, owner_id=collection.owner_id, except_for=collection.pk)
        raise
    collection.name, collection.description = name, description
    collection.visibility, collection.cover = visibility, cover


@transaction.atomic
def delete_collection(collection: Collection, *, by: Viewer) -> None:
    """Delete an empty collection. Raise NotAllowed, and LibraryProblem while a picture is in it or
    its trash."""
    check_may_manage(collection, by=by)
    # Anyone adding a picture waits for this lock before the picture is committed.
    locked = Collection.objects.select_for_update().filter(pk=collection.pk).first()
    if locked is None:
        raise LibraryProblem(
            _("That collection has already been deleted."), reason="collection_gone"
        )
    if locked.images.filter(deleted_at__isnull=True).exists():
        raise LibraryProblem(
            _("Only an empty collection can be deleted. Move or delete its pictures first."),
            reason="not_empty",
        )
    if locked.images.exists():
        raise LibraryProblem(
            _(
                "Pictures of this collection are still in the trash. Restore them or delete them "
                "forever first."
            ),
            reason="trash_not_empty",
        )
    locked.delete()
