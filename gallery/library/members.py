"""Who belongs to a collection and what they may do there."""

from __future__ import annotations

from gallery.exceptions import LibraryProblem
from gallery.models import Collection, Membership, Role, User


def add_member(collection: Collection, *, username: str, role: str) -> Membership:
    """Gives a person, found by user name, a role; changes it if they have one.
    Raises LibraryProblem."""
    person = User.objects.named(username)
    if person is None or not person.is_active:
        raise LibraryProblem(
            f"Nobody here signs in as “{username.strip()[:60]}”: check the spelling.",
            reason="person_unknown",
        )
    return set_role(collection, person=person, role=role)


def set_role(collection: Collection, *, person: User, role: str) -> Membership:
    """Gives a person a role. Raises LibraryProblem for the owner, who needs none, and for a role
    that does not exist."""
    if role not in Role.values:
        raise LibraryProblem(
            "Choose what the person may do: viewer, contributor or manager.", reason="role_unknown"
        )
    if person.pk == collection.owner_id:
        raise LibraryProblem(
            f"{person.get_username()} owns this collection and may do everything already.",
            reason="is_owner",
        )
    membership, _ = Membership.objects.update_or_create(
        collection=collection, person=person, defaults={"role": role}
    )
    return membership


def remove_member(collection: Collection, *, membership_id: int) -> str:
    """Ends a membership and returns the person's name; an empty one when it had ended already."""
    membership = (
        Membership.objects.select_related("person")
        .filter(collection=collection, pk=membership_id)
        .first()
    )
    if membership is None:
        return ""
    membership.delete()
    return membership.person.get_username()
