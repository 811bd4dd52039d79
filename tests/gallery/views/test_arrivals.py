"""Tiles of newly uploaded pictures, for the collection page that they were dropped on."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from gallery.models import Membership, Role
from gallery.views.arrivals import MAX_ARRIVALS
from tests.factories import make_collection, make_image

NOON = datetime(2024, 5, 12, 12, tzinfo=UTC)


@pytest.fixture
def collection(owner, client, encoder):
    """Create a collection of the signed-in owner."""
    client.force_login(owner)
    return make_collection(owner, "Cats")


def ask(client, collection, *ids, **filters):
    """Request tiles as the script does."""
    address = reverse("gallery:collection-arrivals", kwargs={"slug": collection.slug})
    return client.get(address, {"id": ids, **filters}, headers={"HX-Request": "true"})


def tiles(response):
    """Return the pictures of the response, in order."""
    found = re.findall(r'<li class="tile [^>]*data-id="(\d+)"', response.content.decode())
    return [int(pk) for pk in found]


def test_tiles_are_newest_first_with_the_counts(client, collection):
    made = [make_image(collection, created_at=NOON + timedelta(seconds=n)) for n in range(3)]
    response = ask(client, collection, made[0].pk, made[2].pk, "junk", "9" * 40)
    assert tiles(response) == [made[2].pk, made[0].pk]
    page = re.sub(r"\s+", " ", response.content.decode())
    assert "<span>3 pictures</span> <span>3 not searchable yet</span>" in page
    assert 'data-total="3"' in page
    assert page.count('hx-swap-oob="true"') == 2
    assert "from=collections%2Fcats" in page
    assert tiles(ask(client, collection)) == []


def test_only_pictures_of_the_list_are_returned(client, collection, owner):
    elsewhere = make_image(make_collection(owner))
    gone = make_image(collection, deleted_at=NOON)
    plain, tagged = make_image(collection), make_image(collection, tags=["cat"])
    ids = [elsewhere.pk, gone.pk, plain.pk, tagged.pk]
    assert tiles(ask(client, collection, *ids, tag="cat")) == [tagged.pk]
    assert set(tiles(ask(client, collection, *ids))) == {plain.pk, tagged.pk}


def test_only_people_who_may_add_pictures_get_tiles(client, collection, stranger):
    Membership.objects.create(collection=collection, person=stranger, role=Role.VIEWER)
    client.force_login(stranger)
    assert ask(client, collection).status_code == 404
    client.logout()
    assert "/accounts/login/" in ask(client, collection)["Location"]


def test_a_response_has_a_limited_number_of_tiles(
    client, collection, django_assert_max_num_queries
):
    made = [make_image(collection) for _ in range(MAX_ARRIVALS + 3)]
    with django_assert_max_num_queries(12):
        response = ask(client, collection, *(image.pk for image in made))
    assert len(tiles(response)) == MAX_ARRIVALS
