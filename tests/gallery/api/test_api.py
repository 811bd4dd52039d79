"""Every error of the API is JSON, documented, and never a page."""

import pytest
from django.urls import reverse


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


def test_server_errors_are_json_and_logged(client, public, monkeypatch, caplog):
    def break_down(*args, **kwargs):
        raise RuntimeError("a private detail")

    monkeypatch.setattr("gallery.api.search.run_search", break_down)
    response = client.get("/api/v1/search", {"q": "red"})
    assert (response.status_code, response.json()["reason"]) == (500, "broken")
    assert "a private detail" not in response.content.decode()
    assert "a private detail" in caplog.text


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
