"""Hand over a collection, or everything that a person owns before their account is deleted."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from gallery.exceptions import LibraryProblem
from gallery.library.access import check_administers, check_may_give_away
from gallery.library.collections import free_name
from gallery.models import Collection, Image, Membership, Role, UploadBatch, User
from gallery.models.people import Viewer

# From the lowest to the highest role.
_RANK = {Role.VIEWER: 0, Role.CONTRIBUTOR: 1, Role.MANAGER: 2}


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """How much was handed over. `renamed` are the new names of collections whose names the
    recipient already used."""

    pictures: int
    collections: int
    renamed: tuple[str, ...]


@transaction.atomic
def hand_over_collection(collection: Collection, *, to: User, by: Viewer) -> Collection:
    """Make a person the owner. Their membership ends, since an owner needs none; the previous owner
    keeps no role unless one is given. If the new owner already uses the name, a number is added.

    Raise NotAllowed unless `by` owns the collection or is an administrator, LibraryProblem for a
    recipient whose account is disabled and for a collection that was deleted.
    """
    locked = Collection.objects.select_for_update().filter(pk=collection.pk).first()
    if locked is None:
        raise LibraryProblem(
            _("That collection has already been deleted."), reason="collection_gone"
        )
    check_may_give_away(locked, by=by)
    _check_recipient(to)
    if locked.owner_id != to.pk:
        _give(locked, to=to)
    collection.owner, collection.name = to, locked.name
    return collection


@transaction.atomic
def hand_over_everything(person: User, *, to: User, by: Viewer) -> HandOver:
    """Give all pictures, collections and upload batches of one person to another, so that the first
    can be deleted. All or nothing.

    Collections whose names the recipient already uses get a number. For pictures in someone else's
    collection, the recipient gets the role that the person had there, or keeps a higher one. Raise
    NotAllowed unless `by` is an administrator; LibraryProblem for a recipient who is the same
    person or whose account is disabled.
    """
    check_administers(by)
    _check_recipient(to)
    if person.pk == to.pk:
        raise LibraryProblem(_("Choose someone else to hand over to."), reason="same_person")
    collections = list(
        Collection.objects.select_for_update().filter(owner_id=person.pk).order_by("pk")
    )
    renamed = [one.name for one in collections if _give(one, to=to)]
    _pass_on_roles(person, to=to)
    pictures = Image.objects.filter(owner_id=person.pk).update(owner_id=to.pk)
    UploadBatch.objects.filter(owner_id=person.pk).update(owner_id=to.pk)
    return HandOver(pictures=pictures, collections=len(collections), renamed=tuple(renamed))


def _check_recipient(to: User) -> None:
    if not to.is_active:
        raise LibraryProblem(
            _("%(name)s's account is disabled. Choose someone who can sign in.")
            % {"name": to.get_username()},
            reason="person_inactive",
        )


def _give(collection: Collection, *, to: User) -> bool:
    """Write the new owner of a locked collection. Return True if the name had to change."""
    name = free_name(collection.name, owner_id=to.pk)
    is_renamed = name != collection.name
    collection.owner, collection.name = to, name
    collection.save(update_fields=["owner", "name"])
    collection.memberships.filter(person_id=to.pk).delete()
    return is_renamed


def _pass_on_roles(person: User, *, to: User) -> None:
    """Let the recipient open the pictures that are in other people's collections."""
    theirs = Image.objects.filter(owner_id=person.pk).values("collection_id")
    roles = Membership.objects.filter(person_id=person.pk, collection_id__in=theirs)
    for held in roles.exclude(collection__owner_id=to.pk):
        kept, made = Membership.objects.get_or_create(
            collection_id=held.collection_id, person_id=to.pk, defaults={"role": held.role}
        )
        if not made and _RANK[Role(held.role)] > _RANK[Role(kept.role)]:
            kept.role = held.role
            kept.save(update_fields=["role"])
