"""Oversized bodies are refused before anything reads them."""

import pytest
from django.conf import settings as site_settings
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from gallery.http.bodies import FORM_OVERHEAD_BYTES, bounded

FORM = "multipart/form-data; boundary=x"


@pytest.mark.parametrize("address", ["/", "/accounts/login/", "/search/picture/", "/undo/"])
def test_no_page_accepts_more_than_one_picture(client, db, settings, address, monkeypatch):
    settings.MAX_UPLOAD_BYTES = 1000
    read = []
    monkeypatch.setattr("django.http.request.HttpRequest._load_post_and_files", read.append)
    announced = str(1000 + 1024 * 1024 + 1)
    response = client.generic("POST", address, b"", FORM, CONTENT_LENGTH=announced)
    assert response.status_code == 413
    assert not read


def test_what_fits_is_let_through(client, db):
    response = client.post("/accounts/login/", {"username": "nobody", "password": "wrong"})
    assert response.status_code == 200


def test_the_limit_is_exact_to_the_byte(rf, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    limit = 1000 + FORM_OVERHEAD_BYTES
    answer = bounded(lambda _request: HttpResponse(status=204))
    statuses = []
    for announced in (limit, limit + 1):
        request = rf.generic("POST", "/undo/", b"", FORM, CONTENT_LENGTH=str(announced))
        request.user = AnonymousUser()
        statuses.append(answer(request).status_code)
    assert statuses == [204, 413]


def test_zips_are_accepted_on_upload_pages(client, owner, settings):
    settings.MAX_UPLOAD_BYTES = 1
    client.force_login(owner)
    zipped = SimpleUploadedFile("a.zip", b"PK\x03\x04" + b"x" * 2 * 1024 * 1024)
    response = client.post("/upload/", {"new_collection": "New", "files": zipped})
    assert response.status_code == 302


@pytest.mark.parametrize("invalid", ["abc", "-1", "9" * 5000])
@pytest.mark.parametrize("address", ["/accounts/login/", "/upload/", "/api/v1/collections"])
def test_an_invalid_content_length_is_a_bad_request(client, db, address, invalid):
    response = client.generic("POST", address, b"{}", "application/json", CONTENT_LENGTH=invalid)
    assert response.status_code == 400


def test_the_limit_is_checked_before_anything_reads_the_body():
    names = site_settings.MIDDLEWARE
    assert names.index("gallery.http.bodies.bounded") < names.index(
        "django.middleware.csrf.CsrfViewMiddleware"
    )
