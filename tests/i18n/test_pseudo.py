"""The pseudo-locale and its reader work: translated strings change, and English ones are found."""

from django.utils import translation

from tests.i18n.leftovers import english_in
from tests.i18n.pseudo import pseudo, speak_pseudo


def test_placeholders_and_tags_stay_unchanged():
    changed = pseudo("%(count)d pictures in {name}: <b>open</b> &amp; close")
    assert "%(count)d" in changed
    assert "{name}" in changed
    assert "<b>" in changed
    assert "pictures" not in changed


def test_lazy_and_plural_sentences_are_translated(monkeypatch):
    lazy = translation.gettext_lazy("Upload")
    speak_pseudo(monkeypatch)
    assert str(lazy) == pseudo("Upload") != "Upload"
    assert translation.ngettext("one picture", "many pictures", 2) == pseudo("many pictures")
    assert translation.pgettext("a verb", "Open") == pseudo("Open")


def test_the_reader_finds_texts_and_attributes_only():
    html = (
        '<p class="english words">Left</p><img alt="forgotten alt" src="/pictures/x.webp">'
        '<button aria-label="forgotten label" data-url="/some/where">Åƀç</button>'
        "<code>manage.py search</code><script>var english</script>"
        '<span translate="no">Aristotle</span><input type="submit" value="Send">'
    )
    assert english_in(html) == ["Left", "forgotten alt", "forgotten label", "Send"]
