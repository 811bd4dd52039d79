"""What a search answers: hits and the page of them. Values only; the engine makes them."""

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
    """How many pictures were left out because they show an unwanted thing: these words, or what
    the stored picture with this id shows. One that shows two unwanted things counts for the first.
    """

    kind: Literal["words", "image"]
    value: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One picture found.

    `score` is its cosine similarity to the query, from -1 to 1; 0 when only its text was found or
    nothing but filters was asked for. `matched` says what spoke for it: how it looks, the words of
    its title, tags, caption or name, or both. `rank` counts from 1 over all pages.
    """

    image: Image
    score: float
    strength: Strength
    matched: tuple[Reason, ...]
    rank: int


@dataclass(frozen=True, kw_only=True)
class SearchPage:
    """One page of hits and the honest numbers around it. All counts are of visible pictures.

    `weak_from` is the index in `hits` of the first weak one, None when there is none on this page.
    `total` is how many results all pages hold together, None when there are more than are paged
    through. `good` is how many results are strong or fair, as far as they were looked through:
    `more_good` when others may follow. `less_likely` counts the rest, None when there are more
    than are paged through. All three are None or false for filters alone, which match or do not.
    `has_grades` when some of the good ones are strong and others fair: then marks say something.
    `left_out` is empty in large libraries, where nobody counts what was left out.
    `searched` is how many pictures under the filters have a vector, `waiting` how many have none
    yet. `notice` is a sentence for the person, or empty.
    """

    query: SearchQuery
    hits: tuple[Hit, ...]
    weak_from: int | None
    has_next: bool
    has_previous: bool
    total: int | None
    good: int | None
    more_good: bool
    less_likely: int | None
    has_grades: bool
    left_out: tuple[LeftOut, ...]
    searched: int
    waiting: int
    encoder: str
    elapsed_ms: float
    notice: str
