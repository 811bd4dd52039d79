"""What people read or hear on a page, and which of it is still English in the pseudo-locale."""

import re
from html.parser import HTMLParser

# Three lower-case ASCII letters in a row count as a word; JPEG, GB and 1600 px do not.
_WORD = re.compile(r"[a-z]{3,}")
# Names that are the same in every language.
_NAMES = re.compile(r"Semblance|starter|tiny\b|open_?clip|Valkey|Swagger|Django", re.IGNORECASE)
_UNREAD_ELEMENTS = {"script", "style", "code", "kbd", "pre", "template", "svg", "time"}
_READ_ATTRIBUTES = {
    "alt", "aria-description", "aria-label", "aria-placeholder", "aria-roledescription",
    "aria-valuetext", "label", "placeholder", "summary", "title",
}  # fmt: skip
# Strings that scripts show; other data attributes hold URLs and numbers.
_DATA = re.compile(r"^data-(?:.*-)?(?:confirm|sentence|label|text|title|words|message)$")
# Content and codes: checksums, UUIDs, masked hashes, media types, addresses, JSON, the app's label.
_CODES = re.compile(
    r"\b[0-9a-f]{8,}\b|\b[0-9a-f]{4,8}-[0-9a-f-]{12,}|\b\w+/[\w.+-]+\b|\S+@\S+|\{.*\}|^gallery$"
    r"|\S*\*{4,}|\b\w+-[A-Z_]{4,}\b|\b(?:md5|argon2\w*|pbkdf2\w*)\b"
)
# Strings that Django itself leaves untranslated in its admin.
_DJANGO = re.compile(
    r"^(?:True|False|None|Whether the user will be able to authenticate|If disabled, the current)"
)
# Django stores the names of permissions in the database, in English.
_PERMISSION = re.compile(r"\| Can (?:add|change|delete|view) [\w ]+$")
_VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
}


class _Reader(HTMLParser):
    """Collects text and attributes that people read, outside elements with `translate="no"`."""

    def __init__(self):
        super().__init__()
        self.found = []
        self._open = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        unread = tag in _UNREAD_ELEMENTS or attributes.get("translate") == "no"
        if tag not in _VOID:
            self._open.append((tag, unread))
        if unread or self._is_unread:
            return
        for name, value in attributes.items():
            if name in _READ_ATTRIBUTES or _DATA.match(name):
                self.found.append(value or "")
        if tag == "input" and attributes.get("type") in {"submit", "button", "reset"}:
            self.found.append(attributes.get("value") or "")
        if tag == "meta" and attributes.get("name") == "description":
            self.found.append(attributes.get("content") or "")

    def handle_endtag(self, tag):
        while self._open:
            name, _ = self._open.pop()
            if name == tag:
                return

    def handle_data(self, data):
        if not self._is_unread:
            self.found.append(data)

    @property
    def _is_unread(self):
        return any(unread for _, unread in self._open)


def english_in(html):
    """Return the texts of a page that still contain an English word, in order, without
    duplicates."""
    reader = _Reader()
    reader.feed(html)
    texts = (" ".join(text.split()) for text in reader.found)
    return list(dict.fromkeys(text for text in texts if _is_english(text)))


def _is_english(text):
    if _DJANGO.match(text):
        return False
    for kept in (_PERMISSION, _CODES, _NAMES):
        text = kept.sub("", text)
    return bool(_WORD.search(text))
