"""Collections and upload batches over the API."""

from gallery.models import Collection, Membership, Role, UploadBatch
from tests.gallery.api.requests import basic, send_json


def test_a_batch_is_its_owners_alone(client, public, stranger, owner):
    batch = UploadBatch.objects.create(owner=owner, collection=public)
    address = f"/api/v1/batches/{batch.pk}"
    assert client.get(address, **basic("olga")).status_code == 200
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
