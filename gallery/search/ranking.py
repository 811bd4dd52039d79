"""The list of results of a query, in its final order, from which every page is a slice.

Two layers, so that the first page costs little and the later ones agree with it. The head fuses
the nearest pictures with those whose text was found and puts the weak ones last. The tail, looked
up only when a page needs it, continues with the next nearest. Both depend on the data and the query
alone, never on the page asked for, so no picture comes twice and none is skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gallery.models.image import ImageQuerySet
from gallery.search import fulltext
from gallery.search.calibration import Background
from gallery.search.fusion import fuse
from gallery.search.nearest import Candidate, nearest_candidates
from gallery.search.query import SearchQuery
from gallery.search.scope import Scope
from gallery.search.target import Target

# Results that all pages together show: who has not found it among a thousand asks differently.
MAX_RESULTS = 1000
# Nearest pictures in the head: two pages of the usual size, 2 ms by the index.
HEAD_RESULTS = 120
# Pictures found by their text that take part.
MAX_TEXT_RESULTS = 500


class Ranked(NamedTuple):
    """A picture in the list: its similarity, if it is known, and whether its text was found."""

    image_id: int
    score: float | None
    in_text: bool


@dataclass(frozen=True, kw_only=True)
class Window:
    """One page of a list: its results, the index among them from which on they are weak (it may
    lie beyond them), whether more follow, and how many there are in all, if that is known."""

    results: Sequence[Ranked]
    weak_from: int | None
    has_next: bool
    total: int | None


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """The list as far as it was needed.

    From the index `weak_from` on the results are weak (None: none are, as far as the list goes).
    `is_whole` tells that nothing lies beyond the list.
    """

    results: tuple[Ranked, ...]
    weak_from: int | None
    is_whole: bool
    background: Background

    def window(self, start: int, *, size: int) -> Window:
        """The page that begins at an index."""
        weak_from = None if self.weak_from is None else max(self.weak_from - start, 0)
        return Window(
            results=self.results[start : start + size],
            weak_from=weak_from,
            has_next=len(self.results) > start + size,
            total=len(self.results) if self.is_whole else None,
        )


def rank_images(query: SearchQuery, *, scope: Scope, target: Target, needed: int) -> Ranking:
    """At least the first `needed` results if there are as many, at most about MAX_RESULTS."""
    images = _eligible(query, scope=scope, target=target)
    background = scope.background(target.vector)
    # A library that fits into one list needs no layers, and its number of results is known.
    depth = MAX_RESULTS if scope.counts.searchable <= MAX_RESULTS else HEAD_RESULTS
    nearest = _nearest(images, scope=scope, target=target, limit=depth)
    texts: list[Candidate] = []
    if query.words:
        texts = fulltext.text_matches(query.words, images=images, limit=MAX_TEXT_RESULTS)
    good, weak = fuse_candidates(nearest, texts, background=background)
    is_whole = depth == MAX_RESULTS or len(nearest) < depth
    if not is_whole and needed > len(good) + len(weak):
        deep = _nearest(images, scope=scope, target=target, limit=MAX_RESULTS)
        is_whole = len(deep) < MAX_RESULTS
        known = {candidate.sha256 for candidate in (*nearest, *texts)}
        more_good, more_weak = fuse_candidates(
            [c for c in deep if c.sha256 not in known], [], background=background
        )
        # Behind a weak one everything is weak, even if the index found a better one late.
        good, weak = (good, weak + more_good + more_weak) if weak else (good + more_good, more_weak)
    return Ranking(
        results=(*good, *weak),
        weak_from=len(good) if weak else None,
        is_whole=is_whole,
        background=background,
    )


def _eligible(query: SearchQuery, *, scope: Scope, target: Target) -> ImageQuerySet:
    """What may be found, without what the query leaves out by its text and without the pictures
    (and copies of them) that it was made of."""
    images = scope.images
    for words in query.excluded_words:
        images = fulltext.without_words(images, words)
    if target.excluded_contents:
        images = images.exclude(sha256__in=sorted(target.excluded_contents))
    return images


def _nearest(images: ImageQuerySet, *, scope: Scope, target: Target, limit: int) -> list[Candidate]:
    return nearest_candidates(target.vector, scope=scope, images=images, limit=limit)


def fuse_candidates(
    nearest: Sequence[Candidate], texts: Sequence[Candidate], *, background: Background
) -> tuple[list[Ranked], list[Ranked]]:
    """One list of contents from both, split into the good ones and the weak ones.

    The same bytes in several collections are one result: the copy whose own text was found, else
    the newest.
    """
    scores = {candidate.sha256: candidate.score for candidate in nearest}
    shown = {c.sha256: c.image_id for c in sorted(nearest, key=lambda c: c.image_id)}
    in_text = {c.sha256: c.image_id for c in sorted(texts, key=lambda c: c.image_id)}
    good: list[Ranked] = []
    weak: list[Ranked] = []
    for content in fuse([c.sha256 for c in nearest], [c.sha256 for c in texts]):
        found = content in in_text
        score = scores.get(content)
        image_id = in_text[content] if found else shown[content]
        strength = background.judge(score, in_text=found)
        (weak if strength == "weak" else good).append(Ranked(image_id, score, found))
    return good, weak
