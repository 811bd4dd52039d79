"""Full text: titles, tags, captions and file names, by PostgreSQL's English search.

The document is a stored column of the picture with a GIN index (gallery/migrations/0001); titles
weigh most, then tags, captions and names.
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
# Pictures whose rank is worked out, the newest first: a word that is in every caption of a large
# library says little, and ranking all of them takes tens of milliseconds.
MAX_RANKED = 2000

_EXTENSION = re.compile(r"\.(jpe?g|png|webp|gif|bmp|tiff?|hei[cf]|avif)\b", re.IGNORECASE)
# Names are stored with these as spaces; a query must read “IMG_0042” and “t-shirt” the same way.
_JOINERS = re.compile(r"[_.\-]+")

_BEST = """
SELECT id, sha256, title, caption, tags, original_name FROM ({matches}) AS matches
ORDER BY rank DESC, id DESC LIMIT {limit}
"""


class TextMatch(NamedTuple):
    """A picture whose text holds the words; `is_exact` when its title, its caption, a tag or its
    file name is just these words."""

    image_id: int
    sha256: str
    is_exact: bool


def text_matches(words: str, *, images: ImageQuerySet, limit: int) -> list[TextMatch]:
    """Those of these pictures whose text holds all the words, best first.

    Words between quotation marks must follow each other. Words that English leaves out (“a”,
    “the”) count for nothing; if no others are there, nothing is found.
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
    """The condition that a picture's text holds all the words, in any order."""
    return Q(search_document=_text_query(words, kind="plain"))


def readable(words: str) -> str:
    """Words as the stored documents spell them: no extensions, no joiners of file names."""
    return _JOINERS.sub(" ", _EXTENSION.sub(" ", words))


def _plain(text: str) -> str:
    return " ".join(readable(text).casefold().split())


def _text_query(words: str, *, kind: str) -> TextQuery:
    return TextQuery(readable(words), config=CONFIG, search_type=kind)
