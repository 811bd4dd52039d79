import base64
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from gallery.models import Collection, Image, Membership, Role, UploadBatch, Visibility
from tests.factories import PASSWORD, make_collection, make_image
from tests.images import png

RED = [1.0] + [0.0] * 63


def basic(name, password=PASSWORD):
    """The header of a name and password."""
    token = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"HTTP_AUTHORIZATION": f"Basic {token}"}


def send_json(client, method, address, data, **extra):
    """A request with a JSON body."""
    return client.generic(method, address, json.dumps(data), "application/json", **extra)


def red_file(name="red.png"):
    return SimpleUploadedFile(name, png((64, 48), "red"))


@pytest.fixture
def public(owner, encoder):
    """A public collection of olga's with one searchable picture."""
    collection = make_collection(owner, "Cats", visibility=Visibility.PUBLIC)
    make_image(collection, title="Red cat", tags=["cat"], vector=RED, encoder=encoder)
    return collection


@pytest.fixture
def private(owner, encoder):
    """A private collection of olga's with one searchable picture."""
    collection = make_collection(owner, "Secret")
    make_image(collection, title="Red secret", vector=RED, encoder=encoder)
    return collection


def test_a_search_answers_as_documented(client, public):
    response = client.get("/api/v1/search", {"q": "red"})
    body = response.json()
    assert response.status_code == 200
    assert (body["query"], body["encoder"]) == ("red", "tiny")
    result = body["results"][0]
    image = Image.objects.get()
    promised = {"id", "file", "collection", "title", "caption", "score", "url"}
    assert set(result) == promised | {"strength"}
    assert (result["id"], result["file"]) == (image.pk, image.original_name)
    assert result["url"] == f"http://testserver/images/{image.pk}/"
    assert (body["page"]["page"], body["page"]["searched"]) == (1, 1)
    assert (body["page"]["good"], body["page"]["less_likely"]) == (1, 0)
    listed = client.get("/api/v1/search", {"orientation": "landscape"}).json()
    assert {one["strength"] for one in listed["results"]} == {None}
    assert listed["page"]["good"] is None


def test_what_is_left_out_is_no_answer_and_is_counted(client, public, encoder):
    make_image(public, title="Blue door", vector=RED, encoder=encoder)
    body = client.get("/api/v1/search", {"q": "red", "not": "blue"}).json()
    assert "Blue door" not in [one["title"] for one in body["results"]]
    assert body["page"]["left_out"] == [{"kind": "words", "value": "blue", "count": 1}]


def test_what_one_may_not_see_is_in_no_answer(client, public, private, stranger):
    for extra in ({}, basic("stranger")):
        assert len(client.get("/api/v1/search", {"q": "red"}, **extra).json()["results"]) == 1
        assert len(client.get("/api/v1/images", **extra).json()["images"]) == 1
        assert [c["slug"] for c in client.get("/api/v1/collections", **extra).json()] == ["cats"]
        assert client.get("/api/v1/status", **extra).json()["pictures"] == 1
        secret = private.images.get()
        assert client.get(f"/api/v1/images/{secret.pk}", **extra).status_code == 404
        assert client.get("/api/v1/collections/secret", **extra).status_code == 404
    found = client.get("/api/v1/search", {"q": "red"}, **basic("olga")).json()["results"]
    assert {one["collection"] for one in found} == {"cats", "secret"}


@pytest.mark.parametrize(
    ("address", "status", "reason"),
    [
        ("/api/v1/search", 400, "query_empty"),
        ("/api/v1/search?q=cat&like=999999", 400, "query_picture_unknown"),
        ("/api/v1/search?q=cat&page=abc", 422, "invalid_input"),
        ("/api/v1/search?q=cat&orientation=round", 422, "invalid_input"),
        ("/api/v1/images/999999", 404, "not_found"),
        ("/api/v1/images/99999999999999999999999", 422, "invalid_input"),
        ("/api/v1/images?limit=1000", 422, "invalid_input"),
        ("/api/v1/collections/nothing", 404, "not_found"),
        ("/api/v1/batches/00000000-0000-0000-0000-000000000000", 401, "not_signed_in"),
    ],
)
def test_every_error_is_a_reason_and_a_sentence(client, public, address, status, reason):
    response = client.get(address)
    body = response.json()
    assert (response.status_code, body["reason"], set(body)) == (
        status,
        reason,
        {"reason", "sentence"},
    )


def test_our_own_faults_are_json_and_logged(client, public, monkeypatch, caplog):
    def break_down(*args, **kwargs):
        raise RuntimeError("a private detail")

    monkeypatch.setattr("gallery.api.search.run_search", break_down)
    response = client.get("/api/v1/search", {"q": "red"})
    assert (response.status_code, response.json()["reason"]) == (500, "broken")
    assert "a private detail" not in response.content.decode()
    assert "a private detail" in caplog.text


def test_a_wrong_password_is_401_and_never_a_visitor(client, public, owner):
    response = client.get("/api/v1/status", **basic("olga", "wrong"))
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic")
    assert client.get("/api/v1/status", HTTP_AUTHORIZATION="Bearer x").status_code == 401


def test_guessing_passwords_is_slowed_down(client, public, settings):
    from django.core.cache import cache

    cache.clear()
    for _ in range(20):
        client.get("/api/v1/status", **basic("olga", "wrong"))
    response = client.get("/api/v1/status", **basic("olga"))
    assert (response.status_code, response.json()["reason"]) == (429, "too_many_requests")
    cache.clear()


def test_the_browsers_session_needs_the_token_to_write(public, owner):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    image = public.images.get()
    assert strict.get("/api/v1/status").json()["signed_in_as"] == "olga"
    response = strict.delete(f"/api/v1/images/{image.pk}")
    assert (response.status_code, response.json()["reason"]) == (403, "not_allowed")
    assert strict.delete(f"/api/v1/images/{image.pk}", **basic("olga")).status_code == 204


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


def test_those_who_only_see_a_picture_change_nothing(client, public, stranger):
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


def test_an_upload_returns_each_fate_and_the_batch_can_continue(client, public):
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


def test_refused_uploads_say_why(client, public):
    file = SimpleUploadedFile("notes.jpg", b"only text")
    data = {"collection": "cats", "files": [file]}
    response = client.post("/api/v1/images", data, **basic("olga"))
    assert response.status_code == 422
    assert "notes.jpg" in response.json()["sentence"]


def test_uploads_go_only_where_one_may_add(client, public, private, stranger):
    data = {"collection": "cats", "files": [red_file()]}
    assert client.post("/api/v1/images", data).status_code == 401
    data["files"] = [red_file()]
    assert client.post("/api/v1/images", data, **basic("stranger")).status_code == 403
    hidden = {"collection": "secret", "files": [red_file()]}
    assert client.post("/api/v1/images", hidden, **basic("stranger")).status_code == 404
    assert not UploadBatch.objects.exists()


def test_too_large_a_request_is_refused_unread(client, public, settings):
    settings.MAX_ARCHIVE_BYTES = 10
    body = b"x" * (2 * 1024 * 1024)
    response = client.generic(
        "POST", "/api/v1/images", body, "multipart/form-data; boundary=x", **basic("olga")
    )
    assert (response.status_code, response.json()["reason"]) == (413, "too_many_bytes")


def test_a_batch_is_its_owners_alone(client, public, stranger, owner):
    batch = UploadBatch.objects.create(owner=owner, collection=public)
    address = f"/api/v1/batches/{batch.pk}"
    assert client.get(address, **basic("olga")).status_code == 200
    assert client.get(address, **basic("stranger")).status_code == 404


def test_searching_by_a_picture_gives_a_token_to_go_on_with(client, public):
    response = client.post("/api/v1/search/picture?limit=1", {"picture": red_file()})
    body = response.json()
    assert response.status_code == 200
    assert body["results"][0]["title"] == "Red cat"
    again = client.get("/api/v1/search", {"picture": body["picture"]}).json()
    assert [one["id"] for one in again["results"]] == [one["id"] for one in body["results"]]
    bad = client.post("/api/v1/search/picture", {"picture": SimpleUploadedFile("a.png", b"x")})
    assert bad.status_code == 422


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


def test_searches_over_the_limit_have_to_wait(client, public, settings):
    from django.core.cache import cache

    cache.clear()
    settings.RATE_LIMIT_PER_MINUTE = 1
    client.get("/api/v1/search", {"q": "red"})
    response = client.get("/api/v1/search", {"q": "red"})
    assert (response.status_code, response.json()["reason"]) == (429, "too_many_requests")
    cache.clear()


def test_everything_is_documented_with_its_errors(client, db):
    schema = client.get(reverse("api:openapi-json")).json()
    operations = [
        (path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    assert len(operations) >= 12
    for path, method, operation in operations:
        assert operation.get("description"), f"{method} {path} says nothing"
        assert operation["security"], f"{method} {path}"
        codes = set(operation["responses"])
        assert codes & {"200", "201", "204"}
        assert "401" in codes
    assert client.get("/api/v1/docs").status_code == 200
