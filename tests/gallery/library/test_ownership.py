"""Handing a collection over."""

from gallery.library.ownership import hand_over_collection
from gallery.models import Collection, Membership, Role
from tests.factories import make_collection


def test_the_new_owner_needs_no_membership_and_others_keep_theirs(owner, stranger, administrator):
    collection = make_collection(owner)
    Membership.objects.create(collection=collection, person=stranger, role=Role.VIEWER)
    Membership.objects.create(collection=collection, person=administrator, role=Role.MANAGER)
    hand_over_collection(collection, to=stranger, by=owner)
    collection.refresh_from_db()
    assert collection.owner == stranger
    assert [one.person for one in collection.memberships.all()] == [administrator]
    assert list(Collection.objects.managed_by(stranger)) == [collection]
    assert not Collection.objects.visible_to(owner).exists()
