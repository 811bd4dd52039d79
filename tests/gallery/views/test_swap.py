"""Bulk changes shown in place: one fragment with tiles, removals, counts and undo."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gallery.models import Image
from tests.factories import make_collection, make_image

NOON = datetime(2024, 5, 12, 12, tzinfo=UTC)


@pytest.fixture
def collection(owner, client):
    """Create a collection of the signed-in owner."""
    client.force_login(owner)
    return make_collection(owner, "Cats")


def made(collection, count, **fields):
    """Create pictures in a collection, newest first."""
    return [
        make_image(collection, created_at=NOON - timedelta(seconds=n), **fields)
        for n in range(count)
    ]


def post(client, collection, action, *, htmx=True, **data):
    """Post the selection form as htmx does, or as a page without JavaScript."""
    address = reverse("gallery:selection")
    headers = {"HX-Request": "true"} if htmx else {}
    filters = urlencode({name: data.pop(name) for name in ("tag", "year") if data.get(name)})
    trail = f"collections/{collection.slug}?{filters}"
    return client.post(address, {"action": action, "from": trail, **data}, headers=headers)


def text(response):
    """Return the response with single spaces."""
    return re.sub(r"\s+", " ", response.content.decode())


def removed(response):
    """Return the pictures whose tiles are removed."""
    found = re.findall(r"hx-swap-oob=\"delete:\.tile\[data-id='(\d+)'\]\"", text(response))
    return {int(pk) for pk in found}


def replaced(response):
    """Return the pictures whose tiles are replaced."""
    found = re.findall(r"hx-swap-oob=\"outerHTML:\.tile\[data-id='(\d+)'\]\"", text(response))
    return {int(pk) for pk in found}


def test_pictures_in_the_trash_leave_the_page_and_the_counts_follow(client, collection):
    one, two, _kept = made(collection, 3)
    response = post(client, collection, "trash", ids=[one.pk, two.pk])
    assert response.status_code == 200
    assert (removed(response), replaced(response)) == ({one.pk, two.pk}, set())
    page = text(response)
    assert "<html" not in page
    assert "<span>1 picture</span>" in page
    assert 'data-total="1"' in page
    assert 'hx-swap-oob="innerHTML:#toasts"' in page
    assert "2 pictures moved to the trash." in page
    assert response["HX-Trigger-After-Swap"] == '{"semblance:changed": {}}'


def test_changed_text_is_updated_in_place(client, collection):
    one, two = made(collection, 2)
    response = post(client, collection, "caption", ids=[one.pk], caption="A boat")
    assert (removed(response), replaced(response)) == (set(), {one.pk})
    assert 'alt="A boat"' in text(response)
    assert f'href="/images/{one.pk}/?from=collections%2Fcats"' in text(response)
    assert f'value="{one.pk}" form="selection"' in text(response)
    assert two.pk not in replaced(response)


def test_pictures_that_no_longer_match_the_filters_are_removed(client, collection):
    one, two = made(collection, 2, tags=["cat"])
    response = post(client, collection, "untag", ids=[one.pk], tags="cat", tag="cat")
    assert (removed(response), replaced(response)) == ({one.pk}, set())
    assert "1 picture with these filters" in text(response)
    assert two.pk not in removed(response)


def test_a_skipped_picture_is_rendered_again(client, collection, owner):
    target = make_collection(owner, "Target")
    moved, copy = made(collection, 2)
    make_image(target, sha256=copy.sha256)
    response = post(client, collection, "move", ids=[moved.pk, copy.pk], target="target")
    assert (removed(response), replaced(response)) == ({moved.pk}, {copy.pk})


def test_an_emptied_list_is_reloaded_with_undo(client, collection):
    (one,) = made(collection, 1)
    response = post(client, collection, "trash", ids=[one.pk])
    assert response["HX-Redirect"] == "/collections/cats/"
    assert "1 picture moved to the trash." in text(client.get("/collections/cats/"))


def test_a_change_that_is_refused_leaves_the_page_as_it_is(client, collection):
    made(collection, 2)
    response = post(client, collection, "trash", all="1", expected="5")
    assert removed(response) == replaced(response) == set()
    assert "Select again" in text(response)
    assert "HX-Trigger-After-Swap" not in response
    assert 'id="selection"' not in text(response)
    assert Image.objects.live().count() == 2


def test_the_number_of_queries_of_a_change_does_not_grow(client, collection):
    costs = []
    for count in (2, 12):
        ids = [image.pk for image in made(collection, count)]
        with CaptureQueriesContext(connection) as queries:
            post(client, collection, "caption", ids=ids, caption=f"{count}")
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_undo_leads_to_the_first_of_the_pictures(client, collection):
    pictures = made(collection, 4)
    ids = [pictures[2].pk, pictures[1].pk]
    response = post(client, collection, "trash", ids=ids, tag="", year="2024")
    undo = {
        name: re.search(rf'name="{name}" value="([^"]+)"', text(response))[1].replace("&amp;", "&")
        for name in ("token", "next")
    }
    first = pictures[1].pk
    assert client.post(reverse("gallery:undo"), undo)["Location"] == (
        f"/collections/cats/?year=2024&at={first}#image-{first}"
    )
    assert Image.objects.live().count() == 4


def test_without_javascript_the_list_opens_at_the_next_picture(client, collection):
    pictures = made(collection, 5)
    ids = [pictures[1].pk, pictures[2].pk]
    response = post(client, collection, "trash", htmx=False, ids=ids)
    place = pictures[3].pk
    assert response["Location"] == f"/collections/cats/?at={place}#image-{place}"
    response = post(client, collection, "tag", htmx=False, ids=[pictures[4].pk], tags="x")
    place = pictures[4].pk
    assert response["Location"] == f"/collections/cats/?at={place}#image-{place}"


def test_the_trash_changes_in_place_too(client, collection):
    one, two, three = made(collection, 3, deleted_at=NOON)
    address = reverse("gallery:trash-change")
    htmx = {"HX-Request": "true"}
    response = client.post(address, {"action": "restore", "ids": [one.pk]}, headers=htmx)
    assert (removed(response), replaced(response)) == ({one.pk}, set())
    assert 'data-total="2"' in text(response)
    assert "1 picture restored." in text(response)
    back = make_image(collection, sha256=two.sha256)
    response = client.post(address, {"action": "restore", "ids": [two.pk]}, headers=htmx)
    assert (removed(response), replaced(response)) == (set(), {two.pk})
    assert "trash-note" in text(response)
    assert back.pk not in replaced(response)
    data = {"action": "purge", "ids": [two.pk, three.pk], "page": "2"}
    assert client.post(address, data, headers=htmx)["HX-Redirect"] == "/trash/?page=2"
