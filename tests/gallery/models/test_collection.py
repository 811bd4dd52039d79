"""Who can see, add to and manage which collection."""

import pytest
from django.contrib.auth.models import AnonymousUser

from gallery.models import Collection, Image, Membership, Role, Visibility
from tests.factories import make_collection, make_image, make_person

MATRIX = {
    # viewer: (sees private, fills private, manages private)
    "anonymous": (False, False, False),
    "nobody": (False, False, False),
    "stranger": (False, False, False),
    "viewer": (True, False, False),
    "contributor": (True, True, False),
    "manager": (True, True, True),
    "owner": (True, True, True),
    "administrator": (True, True, True),
    "inactive owner": (False, False, False),
}


@pytest.fixture
def private(owner):
    return make_collection(owner, "Private things")


@pytest.fixture
def viewer_named(private, owner, stranger, administrator):
    """Return find(word), which returns the person for a word of the matrix."""

    def find(word):
        if word == "anonymous":
            return AnonymousUser()
        if word == "nobody":
            return None
        if word in Role.values:
            person = make_person(word)
            Membership.objects.create(collection=private, person=person, role=word)
            return person
        if word == "inactive owner":
            owner.is_active = False
            owner.save()
            return owner
        return {"stranger": stranger, "owner": owner, "administrator": administrator}[word]

    return find


@pytest.mark.parametrize("word", MATRIX)
def test_private_collection_matrix(word, private, viewer_named):
    viewer = viewer_named(word)
    sees, fills, manages = MATRIX[word]
    assert (private in Collection.objects.visible_to(viewer)) is sees
    assert (private in Collection.objects.open_to_uploads_by(viewer)) is fills
    assert (private in Collection.objects.managed_by(viewer)) is manages


@pytest.mark.parametrize("word", MATRIX)
def test_pictures_follow_their_collection(word, private, viewer_named):
    image = make_image(private)
    viewer = viewer_named(word)
    sees, fills, _ = MATRIX[word]
    assert (image in Image.objects.visible_to(viewer)) is sees
    assert (image in Image.objects.editable_by(viewer)) is fills


def test_public_collections_are_visible_to_all_but_editable_by_few(owner, stranger):
    public = make_collection(owner, visibility=Visibility.PUBLIC)
    for viewer in (None, AnonymousUser(), stranger, owner):
        assert public in Collection.objects.visible_to(viewer)
    assert public not in Collection.objects.open_to_uploads_by(stranger)
    assert public not in Collection.objects.managed_by(AnonymousUser())


def test_a_member_with_ownership_counts_once(owner):
    """No joins that repeat rows: an owner who is also a member sees the collection once."""
    collection = make_collection(owner)
    Membership.objects.create(collection=collection, person=owner, role=Role.MANAGER)
    for person in (make_person(), make_person()):
        Membership.objects.create(collection=collection, person=person)
    assert Collection.objects.visible_to(owner).count() == 1
    assert Collection.objects.managed_by(owner).count() == 1
