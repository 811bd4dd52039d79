"""A language is offered once its catalogue is compiled, and chosen by the browser or on the
page."""

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.test import override_settings

from searchsite.languages import available_languages

GERMAN = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Skip to content"
msgstr "Zum Inhalt springen"
"""


@pytest.fixture
def german(tmp_path):
    """Configure a site with a German catalogue of one string."""
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(GERMAN)
    _compile(folder)
    languages = available_languages(tmp_path)
    with override_settings(LOCALE_PATHS=[tmp_path], LANGUAGES=languages):
        yield languages


def _compile(folder):
    with (folder / "django.po").open("rb") as source, (folder / "django.mo").open("wb") as target:
        write_mo(target, read_po(source))


@pytest.mark.django_db
def test_a_browser_that_prefers_a_compiled_language_gets_it(client, german):
    assert german == [("en", "English"), ("de", "Deutsch")]
    page = client.get("/", headers={"accept-language": "de-AT,de;q=0.9"})
    assert page["Content-Language"] == "de"
    assert '<html lang="de"' in page.content.decode()
    assert "Zum Inhalt springen" in page.content.decode()


@pytest.mark.django_db
def test_a_language_without_a_catalogue_falls_back_to_english(client, german):
    page = client.get("/", headers={"accept-language": "fr"})
    assert '<html lang="en"' in page.content.decode()


@pytest.mark.django_db
def test_a_visitor_can_choose_the_language_on_the_page(client, german):
    assert 'name="language"' in client.get("/").content.decode()
    answer = client.post("/i18n/setlang/", {"language": "de", "next": "/collections/"})
    assert answer["Location"] == "/collections/"
    assert '<html lang="de"' in client.get("/collections/").content.decode()


@pytest.mark.django_db
def test_a_site_with_only_english_offers_no_choice(client):
    assert 'name="language"' not in client.get("/").content.decode()


def test_a_catalogue_that_is_not_compiled_is_ignored(tmp_path):
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(GERMAN)
    assert available_languages(tmp_path) == [("en", "English")]


def test_a_language_unknown_to_django_is_named_by_its_code(tmp_path):
    folder = tmp_path / "tlh" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(GERMAN)
    _compile(folder)
    assert available_languages(tmp_path) == [("en", "English"), ("tlh", "Tlh")]
