"""Permission checks for writes: every write of this package calls one before it touches a row."""

from __future__ import annotations

from django.utils.translation import gettext as _

from gallery.exceptions import NotAllowed
from gallery.models import Collection, User
from gallery.models.people import Viewer, person_id, sees_everything

# No account has this key, so nothing that belongs to a person can be mistaken for the site's.
NOBODY = 0


def system_actor() -> User:
    """Return the site as an actor, for scheduled tasks. It has no row and is never saved."""
    return User(pk=NOBODY, username="system", is_active=True, is_superuser=True)


def check_signed_in(by: Viewer) -> int:
    """Return the key of the acting person. Raise NotAllowed for visitors and disabled accounts."""
    person = person_id(by)
    if person is None:
        raise NotAllowed(_("Sign in to do this."))
    return person


def check_may_act_for(owner: User, *, by: Viewer) -> None:
    """Raise NotAllowed unless `by` is that person or an administrator."""
    if check_signed_in(by) != owner.pk and not sees_everything(by):
        raise NotAllowed(_("Only an administrator can do this for someone else."))


def check_may_manage(collection: Collection, *, by: Viewer) -> None:
    """Raise NotAllowed unless `by` manages the collection."""
    check_signed_in(by)
    managed = Collection.objects.managed_by(by).filter(pk=collection.pk)
    # No one manages a deleted collection. Reporting that is up to the caller.
    if not managed.exists() and Collection.objects.filter(pk=collection.pk).exists():
        raise NotAllowed(_("Only the owner and managers can change this collection."))


def check_may_give_away(collection: Collection, *, by: Viewer) -> None:
    """Raise NotAllowed unless `by` owns the collection or is an administrator."""
    if check_signed_in(by) != collection.owner_id and not sees_everything(by):
        raise NotAllowed(_("Only the owner can hand over this collection."))


def check_administers(by: Viewer) -> None:
    """Raise NotAllowed unless `by` is an administrator or the site itself."""
    if not sees_everything(by):
        raise NotAllowed(_("Only an administrator can do this."))
