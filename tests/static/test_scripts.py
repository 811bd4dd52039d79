"""The scripts as source: each says what it is for, has its tests, and speaks through gettext."""

import re

import pytest

from tests.source_tree import ROOT, tracked

SCRIPTS = sorted(tracked("static/js", "*.js"))
TESTS = ROOT / "tests" / "browser"
# What a script does with a whole page is tried on the page itself, with the site behind it.
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
# Two words, or one with a full stop: what people would read, unlike names, selectors and markup.
_SENTENCE = re.compile(r"^[A-Z][\w’']*(?:[ ,:;]+[\w’'“”$%{(]|[.…!?]$)")


def sentences(source):
    """Texts that look like sentences and are given to no translation function."""
    code = _TRANSLATED.sub("", _COMMENT.sub("", source))
    texts = ["".join(found) for found in _TEXT.findall(code)]
    return [text for text in texts if _SENTENCE.match(text)]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_sentence_goes_through_gettext(path):
    assert sentences(path.read_text()) == []


def test_the_rule_sees_what_was_forgotten_and_nothing_else():
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
def test_every_script_opens_with_what_it_is_for(path):
    assert path.read_text().startswith("// ")


def test_every_script_has_its_tests():
    tested = {path.stem.removeprefix("test_") for path in TESTS.glob("scripts/test_*.py")}
    tested |= {name for name, file in ON_PAGES.items() if (TESTS / file).exists()}
    assert {path.stem for path in SCRIPTS} == tested
