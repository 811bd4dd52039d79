"""Malformed requests: each gets a sentence, and none causes a server error."""

import pytest

from gallery.models import Collection
from tests.factories import make_collection, make_image
from tests.gallery.api.requests import basic, red_file, send_json


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_text_that_postgresql_rejects_is_not_a_server_error(client, owner, text):
    client.force_login(owner)
    address = f"/api/v1/images/{make_image(make_collection(owner)).pk}"
    answers = [
        send_json(client, "PATCH", address, {"title": text}),
        send_json(client, "PATCH", address, {"tags": [text]}),
        send_json(client, "PATCH", address, {"collection": text}),
        send_json(client, "POST", "/api/v1/collections", {"name": text, "description": text}),
        client.get("/api/v1/collections/%00"),
        client.post("/api/v1/images", {"collection": "a\x00b", "files": red_file()}),
    ]
    assert {answer.status_code for answer in answers} <= {200, 201, 404, 422}


def test_a_user_name_with_a_nul_counts_as_wrong(client, db):
    assert client.get("/api/v1/status", **basic("ol\x00ga")).status_code == 401


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"junk", "multipart/form-data", 400),
        (b"--x\r\njunk", "multipart/form-data; boundary=x", 422),
        (b"a=1&" * 6000, "application/x-www-form-urlencoded", 400),
        (b"a=" + b"1" * 3_000_000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_unreadable_bodies_are_refused_with_a_sentence(client, owner, body, kind, status):
    client.force_login(owner)
    response = client.generic("POST", "/api/v1/images", body, kind)
    assert response.status_code == status
    assert response.json()["sentence"]


def test_too_many_parameters_are_refused_with_a_sentence(client, db):
    response = client.get("/api/v1/search?" + "tag=x&" * 6000)
    assert response.status_code == 400
    assert response.json()["reason"] == "bad_request"


def test_a_text_body_has_a_size_limit(client, owner):
    client.force_login(owner)
    response = send_json(client, "POST", "/api/v1/collections", {"name": "x" * 3_000_000})
    assert response.status_code == 413
    assert response.json()["reason"] == "too_many_bytes"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://[x", "http://testserver.evil"]
)
def test_pages_of_other_sites_cannot_write_with_a_stored_password(client, owner, origin):
    data = {"name": "Theirs"}
    there = {**basic("olga"), "HTTP_ORIGIN": origin}
    assert send_json(client, "POST", "/api/v1/collections", data, **there).status_code == 403
    assert not Collection.objects.exists()


@pytest.mark.parametrize("origin", [{}, {"HTTP_ORIGIN": "http://testserver"}])
def test_programs_and_our_own_pages_write_with_a_password(client, owner, origin):
    response = send_json(
        client, "POST", "/api/v1/collections", {"name": "Mine"}, **basic("olga"), **origin
    )
    assert response.status_code == 201
