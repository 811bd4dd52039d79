"""The error pages: their words, their status, and that they need nothing that may be broken."""

from urllib.parse import unquote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.test import Client

from gallery.exceptions import NotAllowed
from gallery.http import errors


def page(response):
    """The page as text."""
    return response.content.decode()


@pytest.fixture
def asked(rf):
    """A request by nobody."""
    request = rf.get("/there/?a=1")
    request.user = AnonymousUser()
    return request


def test_not_found_has_the_sites_look_and_the_way_to_sign_in(client, db):
    response = client.get("/nowhere/?a=1")
    assert response.status_code == 404
    assert "Nothing is here" in page(response)
    assert "/accounts/login/?next=%2Fnowhere%2F%3Fa%3D1" in page(response)
    assert "site.css" in page(response)


def test_not_found_for_somebody_signed_in_offers_no_sign_in(client, owner):
    client.force_login(owner)
    response = client.get("/nowhere/")
    assert "not shared with you" in page(response)
    assert "/accounts/login/" not in page(response)


def test_forbidden_says_why(asked):
    response = errors.forbidden(asked, NotAllowed("You may look, not touch."))
    assert response.status_code == 403
    assert "You may look, not touch." in page(response)
    assert unquote(response["X-Sentence"]) == "You may look, not touch."


def test_an_exceptions_own_text_is_not_shown(asked):
    response = errors.bad_request(asked, SuspiciousOperation("/etc/passwd"))
    assert response.status_code == 400
    assert "/etc/passwd" not in page(response)


def test_too_large_names_the_limit(asked, settings):
    settings.MAX_UPLOAD_BYTES = 7 * 1024 * 1024
    response = errors.too_large(asked)
    assert response.status_code == 413
    assert "up to 7 MB" in page(response)
    assert "zip" in page(errors.too_large(asked, "That zip is too large."))


def test_too_many_requests_says_when_to_try_again(asked):
    response = errors.too_many_requests(asked, retry_after_s=12)
    assert response.status_code == 429
    assert response["Retry-After"] == "12"
    assert "in 12 seconds" in page(response)


def test_a_server_error_is_shown_without_database_and_session(client, db, monkeypatch):
    def broken(*args, **kwargs):
        raise OperationalError("the database is away: password=hunter2")

    client.raise_request_exception = False
    monkeypatch.setattr("gallery.views.browse.matching_images", broken)
    client.cookies["theme"] = "dark"
    response = client.get("/")
    assert response.status_code == 500
    assert "Something broke on our side" in page(response)
    assert "hunter2" not in page(response)
    assert 'data-theme="dark"' in page(response)


def test_a_server_error_needs_no_query(rf, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert errors.server_error(rf.get("/")).status_code == 500


def test_a_form_from_elsewhere_gets_our_page(owner):
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/search/picture/")
    assert response.status_code == 403
    assert "That form is too old" in page(response)


def test_an_error_before_anybody_was_asked_who_they_are(rf):
    assert errors.not_found(rf.get("/x")).status_code == 404
