"""Full-text search of titles, tags, captions and file names, with PostgreSQL's English dictionary.

The document is a stored column of the picture with a GIN index (gallery/migrations/0001). Titles
have the highest weight, then tags, captions and file names.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from django.contrib.postgres.search import SearchQuery as TextQuery
from django.contrib.postgres.search import SearchRank
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q

from gallery.models.image import ImageQuerySet

CONFIG = "english"
# Pictures to rank, newest first: a word that is in every caption of a large library says little,
# and ranking all of them takes tens of milliseconds.
MAX_RANKED = 2000

_EXTENSION = re.compile(r"\.(jpe?g|png|webp|gif|bmp|tiff?|hei[cf]|avif)\b", re.IGNORECASE)
# File names are stored with these replaced by spaces, so queries such as “IMG_0042” and “t-shirt”
# must be treated the same way.
_JOINERS = re.compile(r"[_.\-]+")

_BEST = """
SELECT id, sha256, title, caption, tags, original_name FROM ({matches}) AS matches
ORDER BY rank DESC, id DESC LIMIT {limit}
"""


class TextMatch(NamedTuple):
    """A picture whose text contains the words; `is_exact` if its title, its caption, a tag or its
    file name is exactly these words."""

    image_id: int
    sha256: str
    is_exact: bool


def text_matches(words: str, *, images: ImageQuerySet, limit: int) -> list[TextMatch]:
    """Return those of these pictures whose text contains all the words, best first.

    Words in quotation marks must follow each other. Stop words (“a”, “the”) are ignored; a query
    of only stop words finds nothing.
    """
    query = _text_query(words, kind="websearch")
    matches = (
        images.filter(search_document=query)
        .annotate(rank=SearchRank(F("search_document"), query))
        .order_by("-pk")
        .values("id", "sha256", "title", "caption", "tags", "original_name", "rank")[:MAX_RANKED]
    )
    try:
        subquery, params = matches.query.sql_with_params()
    except EmptyResultSet:  # no visible collection at all
        return []
    typed = _plain(words.replace('"', " "))
    with connection.cursor() as cursor:
        cursor.execute(_BEST.format(matches=subquery, limit=int(limit)), params)
        return [
            TextMatch(pk, sha256, typed in {_plain(name) for name in (title, caption, *tags, file)})
            for pk, sha256, title, caption, tags, file in cursor.fetchall()
        ]


def holds_words(words: str) -> Q:
    """Return the condition that a picture's text contains all the words, in any order."""
    return Q(search_document=_text_query(words, kind="plain"))


def readable(words: str) -> str:
    """Normalise words as in the stored documents: no file extensions, spaces as separators."""
    return _JOINERS.sub(" ", _EXTENSION.sub(" ", words))


def _plain(text: str) -> str:
    return " ".join(readable(text).casefold().split())


def _text_query(words: str, *, kind: str) -> TextQuery:
    return TextQuery(readable(words), config=CONFIG, search_type=kind)
