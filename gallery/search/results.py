"""What a search answers: hits and the page of them. Values only; the engine makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gallery.models import Image
from gallery.search.query import SearchQuery

Strength = Literal["strong", "fair", "weak"]
Reason = Literal["looks", "words"]


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
    through. `searched` is how many pictures under the filters have a vector, `waiting` how many
    have none yet. `notice` is a sentence for the person, or empty.
    """

    query: SearchQuery
    hits: tuple[Hit, ...]
    weak_from: int | None
    has_next: bool
    has_previous: bool
    total: int | None
    searched: int
    waiting: int
    encoder: str
    elapsed_ms: float
    notice: str
