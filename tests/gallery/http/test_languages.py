"""Only text depends on the language: caches keep one copy of each thumbnail."""

import pytest

from gallery.delivery import rendition_url
from tests.browser.conftest import add_pictures
from tests.factories import make_collection

pytestmark = pytest.mark.django_db


def test_thumbnails_do_not_vary_by_language(client, owner, encoder):
    public = make_collection(owner, "Colours", visibility="public")
    (picture,) = add_pictures(public, "red", searchable=False)
    response = client.get(rendition_url(picture, width=320), headers={"accept-language": "de"})
    assert response.status_code == 200
    assert "Vary" not in response
    assert "Content-Language" not in response


def test_pages_vary_by_language(client, encoder):
    response = client.get("/", headers={"accept-language": "de"})
    assert response["Content-Language"] == "en"
    assert "Accept-Language" in response["Vary"]
