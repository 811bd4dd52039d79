"""Every string for people in the source goes through gettext, whether or not a test opens the page
that shows it."""

import ast
from pathlib import Path

import pytest

from tests.i18n.source import untranslated, untranslated_in_template
from tests.source_tree import ROOT, Module, modules, tracked

# Strings that people who use the site never see, by module and first words, with the reason.
NOT_TRANSLATED: dict[str, dict[str, str]] = {
    "gallery.ingest.sample_library": {"": "captions are content: an owner writes them"},
    "gallery.api.schemas": {"": "the API's schema is documentation for developers"},
    "gallery.api": {
        "Add pictures, and": "the API's schema",
        "Basic realm": "a header",
    },
    "gallery.checks": {"": "system checks, as Django's own, are for whoever starts the site"},
    "gallery.embedding.catalog": {"CLIP ViT": "the names of models"},
    "gallery.management.commands.first_start": {"manage.py": "a command"},
    "gallery.search.reference": {"": "queries to compare with, never shown"},
    "gallery.templatetags.pictures": {"(max-width": "an attribute"},
    "gallery.http.script_catalog": {"": "headers"},
    "gallery.api.documentation": {"-H": "a command to type"},
    "gallery.ingest.child_process": {"": "reasons for the log"},
    "gallery.ingest.decoder_child": {"": "Pillow's words, compared with its errors"},
}
# The command-line code that runs before Django has any settings.
BEFORE_DJANGO = ("searchsite.",)


def test_every_sentence_of_the_code_goes_through_gettext():
    found = [
        f"{module.label}:{line}: {text[:100]}"
        for module in modules()
        if not module.name.startswith(BEFORE_DJANGO)
        for line, text in untranslated(module)
        if not any(text.startswith(start) for start in NOT_TRANSLATED.get(module.name, {}))
    ]
    assert not found, f"{len(found)} sentences, wrap them in gettext:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "path",
    list(tracked("templates", "*.html") + tracked("templates", "*.txt")),
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_every_sentence_of_a_template_goes_through_gettext(path):
    found = list(untranslated_in_template(path.read_text()))
    assert not found, "wrap them in {% translate %} or {% blocktranslate %}:\n" + "\n".join(found)


def test_the_rule_finds_untranslated_strings_and_nothing_else():
    text = (
        '"""The docstring of a module."""\n'
        'a = "Two words"\n'
        'b = _("Two words")\n'
        'c = f"Nobody named {name}"\n'
        'logger.info("Two words")\n'
        'd = "one"\n'
        'e = f"{count} tagged."\n'
        'f = "Saved."\n'
    )
    module = Module("gallery.example", Path("example.py"), text, ast.parse(text))
    assert list(untranslated(module)) == [
        (2, "Two words"),
        (4, "Nobody named {}"),
        (7, "{} tagged."),
        (8, "Saved."),
    ]
    template = '<p class="two words">{{ name }} {% translate "Yes" %}</p><b title="No way">Left</b>'
    assert list(untranslated_in_template(template)) == ["No way", "Left"]
