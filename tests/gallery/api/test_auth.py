"""Callers of the API: a name and password, the browser's session, or a visitor."""

import pytest
from django.test import Client

from tests.gallery.api.requests import basic


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


def test_an_oversized_request_is_refused_unread(client, public, settings):
    settings.MAX_ARCHIVE_BYTES = 10
    body = b"x" * (2 * 1024 * 1024)
    response = client.generic(
        "POST", "/api/v1/images", body, "multipart/form-data; boundary=x", **basic("olga")
    )
    assert (response.status_code, response.json()["reason"]) == (413, "too_many_bytes")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 204),  # a program
        ("http://testserver", 204),
        ("https://testserver", 204),  # behind a proxy
        ("https://evil.example", 403),
        ("http://testserver.evil.example", 403),
        ("http://test", 403),
        ("http://testserver:8080", 403),
        ("null", 403),
    ],
)
def test_a_browser_that_remembers_the_password_changes_nothing_for_other_sites(
    client, public, owner, origin, status
):
    image = public.images.get()
    headers = basic("olga") | ({"HTTP_ORIGIN": origin} if origin else {})
    response = client.delete(f"/api/v1/images/{image.pk}", **headers)
    assert response.status_code == status
    image.refresh_from_db()
    assert image.is_trashed == (status == 204)


def test_other_sites_may_ask_for_what_they_cannot_read(client, public, owner):
    """A safe request changes nothing, and the browser keeps its answer from the other page."""
    headers = basic("olga") | {"HTTP_ORIGIN": "https://evil.example"}
    response = client.get("/api/v1/status", **headers)
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response
