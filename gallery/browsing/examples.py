"""Words to try in the search box that find something here."""

from __future__ import annotations

import re

from gallery.models import Image
from gallery.models.people import Viewer

# Read from this many of the newest pictures, so that a page costs the same on any library.
MAX_SCANNED = 2000
# More is a sentence about one picture, not something one would type.
MAX_EXAMPLE_LETTERS = 32
MAX_EXAMPLE_WORDS = 4
# What follows these is where and how; what stands before them is what the picture is of.
_CIRCUMSTANCES = re.compile(
    r"[,;:.!?(–]|\b(?:with|in|on|at|by|from|under|above|below|before|behind|beside|near|over|seen)\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:A|An|The)\b")


def example_queries(viewer: Viewer, *, limit: int = 6) -> list[str]:
    """Words to try that find something here: what captions of new pictures begin with, then tags.

    Titles are left out: they are names, which tell nothing of searching by meaning. Taken at even
    steps over the newest, so that one upload of a hundred cats is one example.
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
    """“A tabby cat with green eyes.” is of “a tabby cat”; nothing where the beginning is long."""
    start, *rest = _CIRCUMSTANCES.split(" ".join(caption.split()), maxsplit=1)
    start = start.strip()
    # A lone word before a circumstance is seldom the thing: “Sitting in the sun”.
    if not _is_typed(start) or (" " not in start and rest and rest[0].strip()):
        return ""
    return _ARTICLE.sub(lambda article: article[0].lower(), start, count=1)


def _is_typed(words: str) -> bool:
    return 2 < len(words) <= MAX_EXAMPLE_LETTERS and len(words.split()) <= MAX_EXAMPLE_WORDS
