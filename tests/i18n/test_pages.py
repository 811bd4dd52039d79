"""Every page and email in the pseudo-locale: no string is left in English.

Each URL that the resolver knows is opened as an administrator and as a visitor. Each form is sent
empty, to cover its errors as well.
"""

import pytest
from django.core import mail
from django.test import Client

from tests.factories import make_person
from tests.i18n.addresses import every_address, fill_library
from tests.i18n.leftovers import english_in
from tests.i18n.pseudo import speak_pseudo

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def administrator(db):
    """Create an administrator whose name and address contain no Latin word."""
    return make_person("Ольга", email="1@2.example", is_staff=True, is_superuser=True)


@pytest.fixture
def pseudo_locale(monkeypatch):
    """Switch the site to the pseudo-locale."""
    speak_pseudo(monkeypatch)


@pytest.fixture
def library(administrator, encoder, pseudo_locale):
    """Fill the library. Its stored sentences are written in the pseudo-locale."""
    return fill_library(administrator)


def left_in_english(client, address, *, method="get"):
    """Return the English texts of a response; none if it is not a page."""
    response = getattr(client, method)(address, HTTP_HOST="localhost")
    if "text/html" not in response.get("Content-Type", ""):
        return []
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return [f"{method} {address}: {text}" for text in english_in(content.decode())]


def leftovers(client, library, *, method="get"):
    """Return the English texts of all pages."""
    return [
        text
        for _, address in every_address(library)
        if "logout" not in address
        for text in left_in_english(client, address, method=method)
    ]


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_page_of_an_administrator_is_left_in_english(
    pseudo_locale, library, administrator, method
):
    client = Client(raise_request_exception=False)
    client.force_login(administrator)
    found = leftovers(client, library, method=method)
    assert not found, "\n".join(dict.fromkeys(found))


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_page_of_a_visitor_is_left_in_english(pseudo_locale, library, method):
    found = leftovers(Client(raise_request_exception=False), library, method=method)
    assert not found, "\n".join(dict.fromkeys(found))


# Searches and other URLs with parameters; {image} is a picture's number.
ADDRESSES = (
    "/?tag=чаша", "/?tag=нет", "/?year=2024&orientation=portrait", "/?after=нет",
    "/search/", "/search/?q=чаша", "/search/?q=чаша&not=синяя", "/search/?like={image}",
    "/search/?like=999999", "/search/?like={image}&unlike={image}", "/search/?q=чаша&sort=date",
    "/search/?q=чаша&page=99", "/search/?not=чаша", "/search/?q=чаша&tag=нет",
    "/images/{image}/?from=search%3Fq%3Dчаша", "/images/999999/", "/нет/",
    "/collections/77/?select=1", "/collections/77/?tag=нет", "/upload/?collection=77",
)  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("signed_in", [True, False], ids=["administrator", "nobody"])
def test_no_response_to_a_query_is_left_in_english(
    pseudo_locale, library, administrator, address, signed_in
):
    client = Client(raise_request_exception=False)
    if signed_in:
        client.force_login(administrator)
    assert left_in_english(client, address.format(image=library["image"].pk)) == []


def test_no_email_is_left_in_english(pseudo_locale, administrator, settings):
    settings.EMAIL_HOST = "mail.example.org"
    Client().post(
        "/accounts/password_reset/", {"email": administrator.email}, HTTP_HOST="localhost"
    )
    (message,) = mail.outbox
    text = message.subject + "\n" + message.body
    words = [word for word in text.split() if "://" not in word]
    assert english_in(" ".join(words)) == []
