"""The script element of a page's translations."""

from django.template import Context, Template
from django.test import override_settings
from django.utils import translation

from tests.gallery.http.test_script_catalog import SCRIPTS, compile_catalog


def render():
    return Template("{% load scripts %}{% script_catalog %}").render(Context())


def test_english_needs_no_script():
    assert render() == ""


def test_another_language_gets_its_own(tmp_path):
    compile_catalog(tmp_path / "de" / "LC_MESSAGES", "djangojs", SCRIPTS)
    with override_settings(LOCALE_PATHS=[tmp_path]), translation.override("de"):
        assert render().startswith('<script defer src="/i18n/scripts/de/')
