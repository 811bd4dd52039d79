"""Translations for scripts: one immutable file per language and content, none for English."""

import re

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.test import override_settings

PAGE = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Skip to content"
msgstr "Zum Inhalt springen"
"""
SCRIPTS = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=n != 1;\\n"

msgid "Drop to upload"
msgstr "Zum Hochladen ablegen"

msgid "%(count)s file"
msgid_plural "%(count)s files"
msgstr[0] "%(count)s Datei"
msgstr[1] "%(count)s Dateien"
"""

pytestmark = pytest.mark.django_db


def compile_catalog(folder, name, text):
    """Write a .po and its .mo file."""
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / f"{name}.po"
    source.write_text(text)
    with source.open("rb") as read, source.with_suffix(".mo").open("wb") as written:
        write_mo(written, read_po(read, locale=folder.parent.name))


@pytest.fixture
def german(tmp_path):
    """Configure a site in English and German. Return the folder of the German files."""
    folder = tmp_path / "de" / "LC_MESSAGES"
    compile_catalog(folder, "django", PAGE)
    languages = [("en", "English"), ("de", "Deutsch")]
    with override_settings(LOCALE_PATHS=[tmp_path], LANGUAGES=languages):
        yield folder


def script_of(client, language):
    """Return the URL of the catalogue that the page loads, or nothing."""
    page = client.get("/search/", headers={"accept-language": language}).content.decode()
    found = re.search(r'<script defer src="(/i18n/scripts/[^"]+)"', page)
    return found and found[1]


def test_a_german_page_loads_the_german_catalogue_and_may_keep_it(client, german):
    compile_catalog(german, "djangojs", SCRIPTS)
    answer = client.get(script_of(client, "de"))
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Zum Hochladen ablegen" in answer.content.decode()
    assert "Zum Inhalt springen" not in answer.content.decode()  # It belongs to the templates.


def test_an_english_page_loads_none(client, german):
    compile_catalog(german, "djangojs", SCRIPTS)
    assert script_of(client, "en") is None


def test_a_language_without_translated_scripts_loads_none(client, german):
    assert script_of(client, "de") is None


def test_the_catalogue_comes_before_the_modules(client, german):
    compile_catalog(german, "djangojs", SCRIPTS)
    page = client.get("/search/", headers={"accept-language": "de"}).content.decode()
    assert page.index("/i18n/scripts/de/") < page.index('<script type="module"')


def test_another_version_is_served_but_not_cached(client, german):
    compile_catalog(german, "djangojs", SCRIPTS)
    answer = client.get("/i18n/scripts/de/000000000000.js")
    assert "Dateien" in answer.content.decode()
    assert answer["Cache-Control"] == "no-cache"


def test_an_unknown_language_is_not_found(client, german):
    assert client.get("/i18n/scripts/fr/000000000000.js").status_code == 404
