"""Strings in scripts: unchanged without a catalogue, translated with one."""

import pytest
from django.http import HttpRequest
from django.test import override_settings
from django.utils import translation
from django.views.i18n import JavaScriptCatalog

from tests.gallery.http.test_script_catalog import compile_catalog

# Polish has three plural forms, so a script cannot choose between them itself.
POLISH = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=n==1 ? 0 : n%10>=2 && n%10<=4 && "
"(n%100<10 || n%100>=20) ? 1 : 2;\\n"

msgid "Saved."
msgstr "Zapisano."

msgctxt "on a map"
msgid "Place"
msgstr "Miejsce"

msgid "%(count)s file"
msgid_plural "%(count)s files"
msgstr[0] "%(count)s plik"
msgstr[1] "%(count)s pliki"
msgstr[2] "%(count)s plików"
"""
CODE = """
const { gettext, ngettext, pgettext, interpolate, number } = await import("/js/i18n.js");
const sentence = (count) => ngettext("%(count)s file", "%(count)s files", count);
const files = (count) => interpolate(sentence(count), { count: number(count) });
return [gettext("Saved."), pgettext("on a map", "Place"), files(1), files(2), files(12000)];
"""


@pytest.fixture
def polish_catalog(tmp_path):
    """Return the script that Django generates from a catalogue."""
    compile_catalog(tmp_path / "pl" / "LC_MESSAGES", "djangojs", POLISH)
    with override_settings(LOCALE_PATHS=[tmp_path]), translation.override("pl"):
        return JavaScriptCatalog(packages=["gallery"]).get(HttpRequest()).content.decode()


def test_without_a_catalogue_strings_stay_english(script_page):
    said = script_page().run(CODE)
    assert said == ["Saved.", "Place", "1 file", "2 files", "12,000 files"]


def test_a_catalogue_translates_with_its_own_plural_forms(script_page, polish_catalog):
    said = script_page(lang="pl", head=f"<script>{polish_catalog}</script>").run(CODE)
    assert said == ["Zapisano.", "Miejsce", "1 plik", "2 pliki", "12\xa0000 plików"]


def test_an_untranslated_string_stays_unchanged(script_page, polish_catalog):
    page = script_page(lang="pl", head=f"<script>{polish_catalog}</script>")
    assert page.run('return (await import("/js/i18n.js")).gettext("Not in it.")') == "Not in it."


def test_values_are_interpolated_by_name_and_unknown_names_stay(script_page):
    said = script_page().run(
        'const { interpolate } = await import("/js/i18n.js");'
        'return interpolate("%(name)s of %(name)s, %(other)s, 100%", { name: "$& %(other)s" });'
    )
    assert said == "$& %(other)s of $& %(other)s, %(other)s, 100%"
