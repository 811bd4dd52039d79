"""Collections and upload batches over the API."""

import pytest

from gallery.models import Collection, Membership, Role, UploadBatch, UploadItem
from tests.factories import make_image
from tests.gallery.api.requests import basic, send_json


def test_a_batch_is_visible_only_to_its_owner(client, public, stranger, owner):
    batch = UploadBatch.objects.create(owner=owner, collection=public)
    address = f"/api/v1/batches/{batch.pk}"
    assert client.get(address, **basic("olga")).status_code == 200
    assert client.get(address, **basic("stranger")).status_code == 404


def test_not_even_managers_see_the_batches_of_others(client, public, stranger, owner):
    Membership.objects.create(collection=public, person=stranger, role=Role.MANAGER)
    batch = UploadBatch.objects.create(owner=owner, collection=public)
    assert client.get(f"/api/v1/batches/{batch.pk}", **basic("stranger")).status_code == 404


def test_a_batch_is_gone_for_those_who_may_no_longer_add_to_its_collection(
    client, public, stranger
):
    member = Membership.objects.create(collection=public, person=stranger, role=Role.CONTRIBUTOR)
    batch = UploadBatch.objects.create(owner=stranger, collection=public)
    address = f"/api/v1/batches/{batch.pk}"
    assert client.get(address, **basic("stranger")).status_code == 200
    member.delete()
    assert client.get(address, **basic("stranger")).status_code == 404


@pytest.fixture
def large_batch(owner, public, encoder):
    """A batch of 205 refused files and one that was stored."""
    batch = UploadBatch.objects.create(owner=owner, collection=public)
    UploadItem.objects.create(batch=batch, name="0.jpg", image=make_image(public), fate="stored")
    UploadItem.objects.bulk_create(
        UploadItem(batch=batch, name=f"{number}.jpg", fate="refused", reason="empty")
        for number in range(1, 206)
    )
    return batch


def test_the_files_of_a_batch_come_in_pages_with_the_counts_of_all(client, large_batch):
    address, names, after = f"/api/v1/batches/{large_batch.pk}", [], ""
    for size in (90, 90, 26):
        page = client.get(address, {"limit": 90, "after": after}, **basic("olga")).json()
        assert len(page["items"]) == size
        assert (page["counts"]["refused"], page["counts"]["waiting"]) == (205, 1)
        names += [item["file"] for item in page["items"]]
        after = page["next"]
    assert after == ""
    assert names == [f"{number}.jpg" for number in range(206)]
    assert len(client.get(address, **basic("olga")).json()["items"]) == 60


def test_the_files_of_a_batch_can_be_chosen_by_progress(client, large_batch):
    address = f"/api/v1/batches/{large_batch.pk}"
    page = client.get(address, {"progress": ["waiting", "failed"]}, **basic("olga")).json()
    assert ([item["file"] for item in page["items"]], page["next"]) == (["0.jpg"], "")
    assert page["counts"]["refused"] == 205


def test_an_invalid_place_in_a_batch_restarts_and_other_nonsense_is_refused(client, large_batch):
    address = f"/api/v1/batches/{large_batch.pk}"
    page = client.get(address, {"after": "nonsense"}, **basic("olga")).json()
    assert page["items"][0]["file"] == "0.jpg"
    assert client.get(address, {"after": "9" * 40}, **basic("olga")).status_code == 200
    for wrong in ({"limit": 201}, {"limit": 0}, {"progress": "lost"}):
        assert client.get(address, wrong, **basic("olga")).status_code == 422


def test_collections_are_created_and_listed(client, public, stranger):
    data = {"name": "Dogs", "visibility": "private"}
    assert send_json(client, "POST", "/api/v1/collections", data).status_code == 401
    response = send_json(client, "POST", "/api/v1/collections", data, **basic("stranger"))
    assert (response.status_code, response.json()["slug"]) == (201, "dogs")
    assert Collection.objects.get(slug="dogs").owner == stranger
    Membership.objects.create(
        collection=Collection.objects.get(slug="dogs"),
        person=public.owner,
        role=Role.VIEWER,
    )
    listed = client.get("/api/v1/collections", **basic("olga")).json()
    assert [(one["slug"], one["picture_count"]) for one in listed] == [("cats", 1), ("dogs", 0)]
    again = send_json(client, "POST", "/api/v1/collections", {"name": "dogs"}, **basic("stranger"))
    assert (again.status_code, again.json()["reason"]) == (409, "name_taken")
