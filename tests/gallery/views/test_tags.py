"""The URL that completes tags."""

from django.urls import reverse

from gallery.models import Visibility
from tests.factories import make_collection, make_image

ADDRESS = "/tags/"


def test_signed_in_users_get_tags_that_they_may_see(client, owner, stranger):
    make_image(make_collection(owner, visibility=Visibility.PUBLIC), tags=["cat"])
    make_image(make_collection(owner), tags=["campaign"])
    assert reverse("gallery:tags") == ADDRESS
    client.force_login(stranger)
    response = client.get(ADDRESS, {"q": "ca"})
    assert response.json() == {"tags": ["cat"]}
    assert "no-store" in response.headers["Cache-Control"]
    client.force_login(owner)
    assert client.get(ADDRESS, {"q": "ca"}).json() == {"tags": ["campaign", "cat"]}
    assert client.get(ADDRESS).json() == {"tags": []}
    assert client.post(ADDRESS).status_code == 405


def test_visitors_are_asked_to_sign_in(client, db):
    assert client.get(ADDRESS, {"q": "ca"}).status_code == 302
