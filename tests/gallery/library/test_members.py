import pytest

from gallery.exceptions import LibraryProblem
from gallery.library.members import add_member, remove_member
from gallery.models import Collection, Membership
from tests.factories import make_collection


def test_a_member_sees_what_the_role_allows_until_removed(owner, stranger):
    collection = make_collection(owner)
    membership = add_member(collection, username=" stranger ", role="viewer")
    assert Collection.objects.visible_to(stranger).get() == collection
    assert not Collection.objects.open_to_uploads_by(stranger).exists()
    add_member(collection, username="stranger", role="contributor")
    assert Collection.objects.open_to_uploads_by(stranger).exists()
    assert Membership.objects.count() == 1
    assert remove_member(collection, membership_id=membership.pk) == "stranger"
    assert not Collection.objects.visible_to(stranger).exists()


@pytest.mark.parametrize(
    ("username", "role", "reason"),
    [
        ("nobody", "viewer", "person_unknown"),
        ("", "viewer", "person_unknown"),
        ("stranger", "emperor", "role_unknown"),
        ("olga", "viewer", "is_owner"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(owner, stranger, username, role, reason):
    with pytest.raises(LibraryProblem) as problem:
        add_member(make_collection(owner), username=username, role=role)
    assert problem.value.reason == reason
    assert not Membership.objects.exists()


def test_removing_twice_or_through_another_collection_changes_nothing(owner, stranger):
    collection, other = make_collection(owner), make_collection(owner)
    membership = add_member(collection, username="stranger", role="viewer")
    assert remove_member(other, membership_id=membership.pk) == ""
    assert Membership.objects.count() == 1
