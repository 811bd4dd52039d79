"""Error pages: their text, their status, and that they do not depend on anything that may be
broken."""

from urllib.parse import unquote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.test import Client

from gallery.exceptions import NotAllowed
from gallery.http import errors


def page(response):
    """Return the page as text."""
    return response.content.decode()


@pytest.fixture
def asked(rf):
    """Return a visitor's request."""
    request = rf.get("/there/?a=1")
    request.user = AnonymousUser()
    return request


def test_not_found_has_the_sites_layout_and_a_sign_in_link(client, db):
    response = client.get("/nowhere/?a=1")
    assert response.status_code == 404
    assert "Page not found" in page(response)
    assert "/accounts/login/?next=%2Fnowhere%2F%3Fa%3D1" in page(response)
    assert "site.css" in page(response)


def test_not_found_for_a_signed_in_user_offers_no_sign_in(client, owner):
    client.force_login(owner)
    response = client.get("/nowhere/")
    assert "isn’t shared with you" in page(response)
    assert "/accounts/login/" not in page(response)


def test_forbidden_explains_why(asked):
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
    assert "Something went wrong" in page(response)
    assert "hunter2" not in page(response)
    assert 'data-theme="dark"' in page(response)


@pytest.fixture
def broken_templates(settings):
    """Break every template that links a static file: the manifest of hashed names is missing."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }


def test_a_server_error_needs_no_static_manifest(client, db, broken_templates, settings):
    settings.SITE_NAME = "Cats <& dogs>"
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert "Something went wrong" in page(response)
    assert "<title>Something went wrong · Cats &lt;&amp; dogs&gt;</title>" in page(response)
    assert 'href="/static/css/site.css"' in page(response)


def test_a_server_error_needs_no_template(rf, settings):
    settings.TEMPLATES = []
    assert "Something went wrong" in page(errors.server_error(rf.get("/")))


@pytest.mark.parametrize("method", ["get", "post"])
def test_other_errors_keep_their_status_without_a_manifest(client, db, broken_templates, method):
    response = getattr(client, method)("/nowhere/", HTTP_HOST="testserver")
    assert response.status_code == 404
    assert "Page not found" in page(response)
    assert 'href="/static/css/site.css"' in page(response)


def test_a_page_that_cannot_be_rendered_is_logged(client, db, broken_templates, caplog):
    client.get("/nowhere/")
    assert "The page of error 404 could not be rendered" in caplog.text


def test_a_missing_page_is_a_404_without_the_database(rf):
    class Away:
        @property
        def is_authenticated(self):
            raise OperationalError("the database is away")

    request = rf.get("/nowhere/")
    request.user = Away()
    response = errors.not_found(request)
    assert response.status_code == 404
    assert "Page not found" in page(response)


def test_a_server_error_needs_no_query(rf, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert errors.server_error(rf.get("/")).status_code == 500


def test_a_csrf_failure_shows_our_page(owner):
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/search/picture/")
    assert response.status_code == 403
    assert "This form has expired" in page(response)


def test_an_error_before_the_session_is_read(rf):
    assert errors.not_found(rf.get("/x")).status_code == 404
