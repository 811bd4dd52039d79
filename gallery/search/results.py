"""The results of a search: hits, and pages of them. Values only; the engine creates them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gallery.models import Image
from gallery.search.query import SearchQuery

Strength = Literal["strong", "fair", "weak"]
# Best first.
STRENGTHS: tuple[Strength, ...] = ("strong", "fair", "weak")
Reason = Literal["looks", "words"]


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """How many pictures were excluded because they show something unwanted: these words, or what
    the stored picture with this id shows. A picture that shows two of them counts for the first.
    """

    kind: Literal["words", "image"]
    value: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One picture found.

    `score` is its cosine similarity to the query, from -1 to 1; 0 if only its text matches or the
    query has only filters. `matched` says what matches: how it looks, the words of its title, tags,
    caption or file name, or both. `rank` counts from 1 across all pages.
    """

    image: Image
    score: float
    strength: Strength
    matched: tuple[Reason, ...]
    rank: int


@dataclass(frozen=True, kw_only=True)
class SearchPage:
    """One page of hits and its counts, all of them of visible pictures only.

    `weak_from` is the index in `hits` of the first weak one, None if there is none on this page.
    `total` is the number of results on all pages, None if there are more than the pages show.
    `good` is the number of strong or fair results found so far, on all pages, and `good_ids` are
    their ids; `more_good` is set if there may be more. `less_likely` counts the rest, None if there
    are more than the pages show. All are None, empty or false for filters alone. `has_grades` is
    set if some of the good ones are strong and others fair, so that marks are worth showing.
    `left_out` is empty in large libraries, where excluded pictures are not counted. `searched` is
    the number of pictures matching the filters that have a vector, `waiting` the number without
    one. `notice` is a sentence for the person, or empty.
    """

    query: SearchQuery
    hits: tuple[Hit, ...]
    weak_from: int | None
    has_next: bool
    has_previous: bool
    total: int | None
    good: int | None
    good_ids: tuple[int, ...]
    more_good: bool
    less_likely: int | None
    has_grades: bool
    left_out: tuple[LeftOut, ...]
    searched: int
    waiting: int
    encoder: str
    elapsed_ms: float
    notice: str
