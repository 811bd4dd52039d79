"""Clean the text that people enter for pictures: titles, captions and tags. No database."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext as _

from gallery.exceptions import LibraryProblem

# Lengths in characters of the model's fields.
MAX_TITLE_LENGTH = 200
MAX_CAPTION_LENGTH = 5000
MAX_TAG_LENGTH = 60
# More are of no use to anyone, and would fill the page with chips.
MAX_TAGS = 50


def clean_line(text: str, *, limit: int, what: str) -> str:
    """Return one line without control characters. Raise LibraryProblem if it is too long."""
    line = " ".join(_printable(text).split())
    return _within(line, limit=limit, what=what)


def clean_lines(text: str, *, limit: int, what: str) -> str:
    """Return text with its line breaks but no other control characters. Raise LibraryProblem if it
    is too long."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _within(_printable(lines, keep="\n").strip(), limit=limit, what=what)


def clean_caption(text: str) -> str:
    """Return a caption with line breaks but no control characters. Raise LibraryProblem if too
    long."""
    return clean_lines(text, limit=MAX_CAPTION_LENGTH, what="caption")


def clean_title(text: str) -> str:
    """Return a title on one line. Raise LibraryProblem if it is too long."""
    return clean_line(text, limit=MAX_TITLE_LENGTH, what="title")


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Return tags in lower case and in order, without duplicates. Raise LibraryProblem."""
    found: dict[str, None] = {}
    for tag in tags:
        # Lower case first: it turns some letters into two, and the result must fit the column.
        word = clean_line(tag.lower(), limit=MAX_TAG_LENGTH, what="tag").strip("#, ")
        if word:
            found[word] = None
    if len(found) > MAX_TAGS:
        raise LibraryProblem(
            _("A picture can have up to %(limit)s tags.") % {"limit": MAX_TAGS},
            reason="too_many_tags",
        )
    return list(found)


def parse_tags(text: str) -> list[str]:
    """Parse tags typed with commas or line breaks between them. Raise LibraryProblem."""
    return clean_tags(text.replace("\n", ",").replace(";", ",").split(","))


def _printable(text: str, *, keep: str = "") -> str:
    """Return the text without control characters and unpaired surrogates, which PostgreSQL
    rejects."""
    normal = unicodedata.normalize("NFC", text)
    return "".join(
        letter if letter in keep or unicodedata.category(letter) not in {"Cc", "Cs"} else " "
        for letter in normal
    )


def _within(text: str, *, limit: int, what: str) -> str:
    if len(text) > limit:
        raise LibraryProblem(
            _("That %(what)s is too long. The limit is %(limit)s characters.")
            % {"what": what, "limit": limit},
            reason=f"{what}_too_long",
        )
    return text
