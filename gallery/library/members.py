"""Add, change and remove members of collections."""

from __future__ import annotations

from django.utils.translation import gettext as _

from gallery.exceptions import LibraryProblem
from gallery.library.access import check_may_manage
from gallery.models import Collection, Membership, Role, User
from gallery.models.people import Viewer


def add_member(collection: Collection, *, username: str, role: str, by: Viewer) -> Membership:
    """Give a person, found by user name, a role, or change the one they have. Raise NotAllowed and
    LibraryProblem."""
    check_may_manage(collection, by=by)
    person = User.objects.named(username)
    if person is None or not person.is_active:
        raise LibraryProblem(
            _("No user named “%(name)s”. Check the spelling.") % {"name": username.strip()[:60]},
            reason="username_unknown",
        )
    return set_role(collection, person=person, role=role, by=by)


def set_role(collection: Collection, *, person: User, role: str, by: Viewer) -> Membership:
    """Give a person a role. Raise NotAllowed, and LibraryProblem for the owner, who needs none, for
    a disabled account and for a role that does not exist."""
    check_may_manage(collection, by=by)
    if role not in Role.values:
        raise LibraryProblem(
            _("Choose a role: viewer, contributor or manager."), reason="role_unknown"
        )
    if person.pk == collection.owner_id:
        raise LibraryProblem(
            _("%(name)s owns this collection and can already do everything.")
            % {"name": person.get_username()},
            reason="username_of_owner",
        )
    if not person.is_active:
        raise LibraryProblem(
            _("%(name)s's account is disabled.") % {"name": person.get_username()},
            reason="username_inactive",
        )
    membership, _made = Membership.objects.update_or_create(
        collection=collection, person=person, defaults={"role": role}
    )
    return membership


def remove_member(collection: Collection, *, membership_id: int, by: Viewer) -> str:
    """End a membership and return the person's name; empty if it had already ended. Raise
    NotAllowed."""
    check_may_manage(collection, by=by)
    membership = (
        Membership.objects.select_related("person")
        .filter(collection=collection, pk=membership_id)
        .first()
    )
    if membership is None:
        return ""
    membership.delete()
    return membership.person.get_username()
