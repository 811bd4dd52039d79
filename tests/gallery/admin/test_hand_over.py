"""What a person owns, and who can receive it."""

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.utils import timezone

from gallery.admin.hand_over import (
    HandOverForm,
    hand_over_and_say,
    owns_anything,
    with_belongings,
)
from gallery.models import Collection, Image, User
from tests.factories import make_collection, make_image, make_person


def test_pictures_and_collections_are_counted_including_the_trash(owner, stranger):
    collection = make_collection(owner)
    make_collection(owner)
    make_image(collection)
    make_image(collection, deleted_at=timezone.now())
    make_image(collection, owner=stranger)
    people = with_belongings(User.objects.order_by("username"))
    counts = {one.username: (one.picture_count, one.collection_count) for one in people}
    assert counts == {"olga": (2, 2), "stranger": (1, 0)}


def test_a_picture_or_an_empty_collection_counts_as_owning_something(owner, stranger):
    assert not owns_anything(owner)
    collection = make_collection(owner)
    assert owns_anything(owner)
    assert not owns_anything(stranger)
    make_image(collection, owner=stranger)
    assert owns_anything(stranger)


def test_the_recipient_is_someone_else_who_can_sign_in(owner, stranger):
    make_person("gone", is_active=False)
    form = HandOverForm({"recipient": stranger.pk}, people=[owner])
    assert list(form.fields["recipient"].queryset) == [stranger]
    assert form.is_valid()
    assert not HandOverForm({"recipient": owner.pk}, people=[owner]).is_valid()
    assert not HandOverForm({}, people=[owner]).is_valid()


@pytest.mark.parametrize("taken", [False, True])
def test_everything_is_handed_over_and_reported(rf, owner, stranger, administrator, taken):
    collection = make_collection(owner, "Cats", slug="cats-of-olga")
    make_image(collection)
    if taken:
        make_collection(stranger, "Cats", slug="cats")
    request = rf.post("/")
    request.user, request._messages = administrator, CookieStorage(request)
    hand_over_and_say(request, owner, to=stranger)
    (said,) = (str(one) for one in get_messages(request))
    assert said.startswith("stranger received 1 picture and 1 collection from olga.")
    assert ("Renamed, because the name was taken" in said) is taken
    assert not Collection.objects.filter(owner=owner).exists()
    assert Image.objects.get().owner == stranger
