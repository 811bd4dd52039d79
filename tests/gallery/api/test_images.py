"""Pictures over the API: list, change, trash, restore and upload."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gallery.models import Image, Membership, Role, UploadBatch, Visibility
from tests.factories import make_collection, make_image
from tests.gallery.api.requests import basic, red_file, send_json


def test_pictures_are_listed_page_by_page_in_a_fixed_number_of_queries(
    client, owner, encoder, django_assert_num_queries
):
    collection = make_collection(owner, visibility=Visibility.PUBLIC)
    images = [make_image(collection) for _ in range(5)]
    with django_assert_num_queries(3):
        first = client.get("/api/v1/images", {"limit": 3}).json()
    second = client.get("/api/v1/images", {"limit": 3, "after": first["next"]}).json()
    ids = [one["id"] for one in first["images"] + second["images"]]
    assert ids == [image.pk for image in reversed(images)]
    assert second["next"] == ""
    assert first["images"][0]["is_searchable"] is False
    assert client.get("/api/v1/images", {"tag": "cat"}).json()["images"] == []


def test_changing_a_picture(client, public, owner):
    image = public.images.get()
    address = f"/api/v1/images/{image.pk}"
    body = send_json(
        client, "PATCH", address, {"title": "Tom", "tags": ["Cat", "cat", "red"]}, **basic("olga")
    ).json()
    assert (body["title"], body["tags"], body["caption"]) == ("Tom", ["cat", "red"], "")
    target = make_collection(owner, "Elsewhere")
    body = send_json(client, "PATCH", address, {"collection": "elsewhere"}, **basic("olga")).json()
    assert body["collection"] == "elsewhere"
    assert target.images.get() == image


def test_a_change_is_all_or_nothing(client, public, owner):
    image = public.images.get()
    copy_of = make_collection(owner, "Elsewhere")
    make_image(copy_of, sha256=image.sha256)
    data = {"title": "Tom", "collection": "elsewhere"}
    response = send_json(client, "PATCH", f"/api/v1/images/{image.pk}", data, **basic("olga"))
    assert (response.status_code, response.json()["reason"]) == (409, "already_there")
    image.refresh_from_db()
    assert (image.title, image.collection) == ("Red cat", public)


def test_people_with_view_access_change_nothing(client, public, stranger):
    image = public.images.get()
    address = f"/api/v1/images/{image.pk}"
    assert send_json(client, "PATCH", address, {"title": "Mine"}).status_code == 401
    assert (
        send_json(client, "PATCH", address, {"title": "Mine"}, **basic("stranger")).status_code
        == 403
    )
    assert client.delete(address, **basic("stranger")).status_code == 403
    image.refresh_from_db()
    assert (image.title, image.is_trashed) == ("Red cat", False)


def test_trash_and_restore(client, public):
    image = public.images.get()
    address = f"/api/v1/images/{image.pk}"
    assert client.delete(address, **basic("olga")).status_code == 204
    assert client.get(address).status_code == 404
    assert client.post(f"{address}/restore", **basic("olga")).json()["id"] == image.pk
    assert client.get(address).status_code == 200


def test_an_upload_returns_each_outcome_and_can_be_continued(client, public):
    data = {"collection": "cats", "caption": "A red square", "tags": "red", "files": [red_file()]}
    first = client.post("/api/v1/images", data, **basic("olga"))
    body = first.json()
    assert (first.status_code, body["items"][0]["progress"]) == (201, "waiting")
    image = Image.objects.get(pk=body["items"][0]["image"])
    assert (image.caption, image.tags) == ("A red square", ["red"])
    again = client.post(
        "/api/v1/images",
        {"collection": "cats", "batch": body["id"], "files": [red_file()]},
        **basic("olga"),
    )
    assert (again.status_code, again.json()["items"][0]["image"]) == (200, image.pk)
    batch = client.get(f"/api/v1/batches/{body['id']}", **basic("olga")).json()
    assert (batch["counts"]["waiting"], batch["counts"]["duplicate"]) == (1, 1)


def test_refused_uploads_have_a_reason(client, public):
    file = SimpleUploadedFile("notes.jpg", b"only text")
    data = {"collection": "cats", "files": [file]}
    response = client.post("/api/v1/images", data, **basic("olga"))
    assert response.status_code == 422
    assert "notes.jpg" in response.json()["sentence"]


def test_uploads_go_only_where_the_person_may_add(client, public, private, stranger):
    data = {"collection": "cats", "files": [red_file()]}
    assert client.post("/api/v1/images", data).status_code == 401
    data["files"] = [red_file()]
    assert client.post("/api/v1/images", data, **basic("stranger")).status_code == 403
    hidden = {"collection": "secret", "files": [red_file()]}
    assert client.post("/api/v1/images", hidden, **basic("stranger")).status_code == 404
    assert not UploadBatch.objects.exists()


def test_a_batch_continues_for_its_owner_only(client, public, owner, stranger):
    """Files of a batch belong to its owner: nobody else adds any in their name."""
    Membership.objects.create(collection=public, person=stranger, role=Role.MANAGER)
    batch = UploadBatch.objects.create(owner=owner, collection=public)
    data = {"collection": "cats", "batch": str(batch.pk), "files": [red_file()]}
    assert client.post("/api/v1/images", data, **basic("stranger")).status_code == 404
    assert not batch.items.exists()


def test_a_batch_continues_in_its_own_collection_only(client, public, owner):
    """Otherwise pictures would go to another collection than the request names."""
    elsewhere = make_collection(owner, "Elsewhere")
    batch = UploadBatch.objects.create(owner=owner, collection=elsewhere)
    data = {"collection": "cats", "batch": str(batch.pk), "files": [red_file()]}
    assert client.post("/api/v1/images", data, **basic("olga")).status_code == 404
    assert not batch.items.exists()


@pytest.mark.parametrize(("role", "status"), [(None, 404), (Role.VIEWER, 404), (Role.MANAGER, 200)])
def test_the_trash_does_not_exist_for_those_who_cannot_restore(
    client, public, stranger, role, status
):
    if role:
        Membership.objects.create(collection=public, person=stranger, role=role)
    image = public.images.get()
    client.delete(f"/api/v1/images/{image.pk}", **basic("olga"))
    restore = f"/api/v1/images/{image.pk}/restore"
    assert client.post(restore, **basic("stranger")).status_code == status
    image.refresh_from_db()
    assert image.is_trashed == (status != 200)
