"""The scripts as source: each has a purpose comment, tests, and translatable strings."""

import re

import pytest

from tests.source_tree import ROOT, tracked

SCRIPTS = sorted(tracked("static/js", "*.js"))
TESTS = ROOT / "tests" / "browser"
# Scripts for whole pages, tested on the page itself with the site behind it.
ON_PAGES = {
    "admin": "test_admin.py",
    "arrivals": "test_arrivals.py",
    "image": "test_picture_page.py",
    "part": "test_picture_page.py",
    "place": "test_place.py",
    "upload": "test_uploads_and_selection.py",
}

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_TRANSLATED = re.compile(
    r"\b(?:gettext|ngettext|pgettext)\((?:\s*(?:\"(?:[^\"\\]|\\.)*\"|[\w.]+)\s*,?)*\)"
)
_TEXT = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|`((?:[^`\\]|\\.)*)`")
# Two words, or one with a full stop: text for people, unlike names, selectors and markup.
_SENTENCE = re.compile(r"^[A-Z][\w’']*(?:[ ,:;]+[\w’'“”$%{(]|[.…!?]$)")


def sentences(source):
    """Return texts that look like sentences and are not passed to a translation function."""
    code = _TRANSLATED.sub("", _COMMENT.sub("", source))
    texts = ["".join(found) for found in _TEXT.findall(code)]
    return [text for text in texts if _SENTENCE.match(text)]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_sentence_goes_through_gettext(path):
    assert sentences(path.read_text()) == []


def test_the_rule_finds_untranslated_strings_and_nothing_else():
    source = """
        // "A comment of words."
        toast("That didn’t work.");
        toast(gettext("Saved for you."));
        say(interpolate(ngettext("One of %(n)s", "Some of %(n)s", total), { n }));
        const query = "Escape"; row.querySelector("[data-words] .input");
        say(`Sent ${count} files`);
    """
    assert sentences(source) == ["That didn’t work.", "Sent ${count} files"]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_script_starts_with_its_purpose(path):
    assert path.read_text().startswith("// ")


def test_every_script_has_its_tests():
    tested = {path.stem.removeprefix("test_") for path in TESTS.glob("scripts/test_*.py")}
    tested |= {name for name, file in ON_PAGES.items() if (TESTS / file).exists()}
    assert {path.stem for path in SCRIPTS} == tested
