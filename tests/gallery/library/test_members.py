import pytest

from gallery.exceptions import LibraryProblem
from gallery.library.members import add_member, remove_member, set_role
from gallery.models import Collection, Membership
from tests.factories import make_collection


def test_a_member_sees_what_the_role_allows_until_removed(owner, stranger):
    collection = make_collection(owner)
    membership = add_member(collection, username=" Stranger ", role="viewer", by=owner)
    assert Collection.objects.visible_to(stranger).get() == collection
    assert not Collection.objects.open_to_uploads_by(stranger).exists()
    add_member(collection, username="stranger", role="contributor", by=owner)
    assert Collection.objects.open_to_uploads_by(stranger).exists()
    assert Membership.objects.count() == 1
    assert remove_member(collection, membership_id=membership.pk, by=owner) == "stranger"
    assert not Collection.objects.visible_to(stranger).exists()


@pytest.mark.parametrize(
    ("username", "role", "reason"),
    [
        ("nobody", "viewer", "username_unknown"),
        ("", "viewer", "username_unknown"),
        ("stranger", "emperor", "role_unknown"),
        ("olga", "viewer", "username_of_owner"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(owner, stranger, username, role, reason):
    with pytest.raises(LibraryProblem) as problem:
        add_member(make_collection(owner), username=username, role=role, by=owner)
    assert problem.value.reason == reason
    assert not Membership.objects.exists()


def test_removing_twice_or_through_another_collection_changes_nothing(owner, stranger):
    collection, other = make_collection(owner), make_collection(owner)
    membership = add_member(collection, username="stranger", role="viewer", by=owner)
    assert remove_member(other, membership_id=membership.pk, by=owner) == ""
    assert Membership.objects.count() == 1


def test_a_disabled_account_cannot_be_added(owner, stranger):
    collection = make_collection(owner)
    stranger.is_active = False
    stranger.save()
    with pytest.raises(LibraryProblem) as problem:
        add_member(collection, username="stranger", role="viewer", by=owner)
    assert problem.value.reason == "username_unknown"
    with pytest.raises(LibraryProblem) as problem:
        set_role(collection, person=stranger, role="viewer", by=owner)
    assert problem.value.reason == "username_inactive"
    assert not Membership.objects.exists()
