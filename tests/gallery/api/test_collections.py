"""Collections and upload batches over the API."""

from gallery.models import Collection, Membership, Role, UploadBatch
from tests.gallery.api.requests import basic, send_json


def test_a_batch_is_its_owners_alone(client, public, stranger, owner):
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


def test_collections_are_made_and_listed(client, public, stranger):
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
