"""Example queries that find something in this library."""

from __future__ import annotations

import re

from gallery.models import Image
from gallery.models.people import Viewer

# Read from this many of the newest pictures, so that the cost does not grow with the library.
MAX_SCANNED = 2000
# More would be a sentence about one picture, not a query that people would type.
MAX_EXAMPLE_LETTERS = 32
MAX_EXAMPLE_WORDS = 4
# The words before these say what the picture shows; the words after them say where and how.
_CIRCUMSTANCES = re.compile(
    r"[,;:.!?(–]|\b(?:with|in|on|at|by|from|under|above|below|before|behind|beside|near|over|seen)\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:A|An|The)\b")


def example_queries(viewer: Viewer, *, limit: int = 6) -> list[str]:
    """Return example queries that find something here: the first words of recent captions, then
    tags.

    Titles are left out, because names don't demonstrate searching by meaning. They are taken at
    even intervals, so that an upload of a hundred cats gives one example.
    """
    images = Image.objects.visible_to(viewer).searchable().newest_first()[:MAX_SCANNED]
    captions: dict[str, str] = {}
    names: dict[str, str] = {}
    for caption, tags in images.values_list("caption", "tags"):
        words = _example_from(caption)
        if words:
            captions.setdefault(words.casefold(), words)
        names.update((tag.casefold(), tag) for tag in tags if _is_typed(tag))
    spread = _at_even_steps(list(captions.values()), limit)
    more = [tag for key, tag in names.items() if key not in captions]
    return spread + _at_even_steps(more, limit - len(spread))


def _at_even_steps(texts: list[str], limit: int) -> list[str]:
    step = max(1, len(texts) // max(1, limit))
    return texts[::step][:limit]


def _example_from(caption: str) -> str:
    """Return “a tabby cat” for “A tabby cat with green eyes.”, or an empty text if the beginning is
    long."""
    start, *rest = _CIRCUMSTANCES.split(" ".join(caption.split()), maxsplit=1)
    start = start.strip()
    # A single word before one of these is seldom the subject: “Sitting in the sun”.
    if not _is_typed(start) or (" " not in start and rest and rest[0].strip()):
        return ""
    return _ARTICLE.sub(lambda article: article[0].lower(), start, count=1)


def _is_typed(words: str) -> bool:
    return 2 < len(words) <= MAX_EXAMPLE_LETTERS and len(words.split()) <= MAX_EXAMPLE_WORDS
