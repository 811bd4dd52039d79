"""The list of results of a query, in its final order, from which every page is a slice.

Two layers, so that the first page costs little and the later ones agree with it. The head fuses
the nearest pictures with those whose text was found, strong ones first, weak ones last. The tail,
looked up only when a page needs it, continues with the next nearest. Both depend on the data and
the query alone, never on the page asked for, so no picture comes twice and none is skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gallery.models.image import ImageQuerySet
from gallery.search import fulltext
from gallery.search.calibration import Cutoffs
from gallery.search.candidates import Candidate, nearest_candidates
from gallery.search.fulltext import TextMatch
from gallery.search.fusion import fuse
from gallery.search.query import SearchQuery
from gallery.search.results import STRENGTHS, Strength
from gallery.search.scope import Scope
from gallery.search.target import Target

# Results that all pages together show: who has not found it among a thousand asks differently.
MAX_RESULTS = 1000
# Nearest pictures in the head: two pages of the usual size, 2 ms by the index.
HEAD_RESULTS = 120
# Pictures found by their text that take part.
MAX_TEXT_RESULTS = 500


class Ranked(NamedTuple):
    """A picture in the list: its similarity, if it is known, whether its text was found, and how
    well it matches."""

    image_id: int
    score: float | None
    in_text: bool
    strength: Strength


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many results match well and how many less likely do.

    `more_good` when further good ones may follow those counted; `less_likely` is None when nobody
    counted them. `has_grades` when the good ones are partly strong and partly fair.
    """

    good: int
    more_good: bool
    less_likely: int | None
    has_grades: bool


@dataclass(frozen=True, kw_only=True)
class Window:
    """One page of a list: its results, the index among them from which on they are weak (it may
    lie beyond them), whether more follow, and how many there are in all, if that is known.

    `tally` is None for a list that is not ranked."""

    results: Sequence[Ranked]
    weak_from: int | None
    has_next: bool
    total: int | None
    tally: Tally | None = None


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """The list as far as it was needed: strong results, then fair ones, then weak ones.

    `is_whole` tells that nothing lies beyond the list.
    """

    results: tuple[Ranked, ...]
    is_whole: bool
    cutoffs: Cutoffs

    @property
    def weak_from(self) -> int | None:
        """The index from which on results are weak; None when none are, as far as it goes."""
        places = (i for i, result in enumerate(self.results) if result.strength == "weak")
        return next(places, None)

    def window(self, start: int, *, size: int) -> Window:
        """The page that begins at an index."""
        weak_from = self.weak_from
        return Window(
            results=self.results[start : start + size],
            weak_from=None if weak_from is None else max(weak_from - start, 0),
            has_next=len(self.results) > start + size,
            total=len(self.results) if self.is_whole else None,
            tally=self.tally(),
        )

    def tally(self) -> Tally:
        """How many of the results match how well."""
        weak_from = self.weak_from
        good = len(self.results) if weak_from is None else weak_from
        return Tally(
            good=good,
            more_good=weak_from is None and not self.is_whole,
            less_likely=len(self.results) - good if self.is_whole else None,
            has_grades=len({result.strength for result in self.results[:good]}) > 1,
        )


def rank_images(
    query: SearchQuery, *, scope: Scope, target: Target, images: ImageQuerySet, needed: int
) -> Ranking:
    """The best of these pictures: at least the first `needed` if there are as many, at most about
    MAX_RESULTS."""
    # A library that fits into one list needs no layers, and its number of results is known.
    depth = MAX_RESULTS if scope.counts.searchable <= MAX_RESULTS else HEAD_RESULTS
    nearest = _nearest(images, scope=scope, target=target, limit=depth)
    texts: list[TextMatch] = []
    if query.words:
        texts = fulltext.text_matches(query.words, images=images, limit=MAX_TEXT_RESULTS)
    best = nearest[0].score if nearest else None
    cutoffs = scope.cutoffs(target.vector, kind=target.kind, best=best)
    results = fuse_candidates(nearest, texts, cutoffs=cutoffs)
    is_whole = depth == MAX_RESULTS or len(nearest) < depth
    if not is_whole and needed > len(results):
        deep = _nearest(images, scope=scope, target=target, limit=MAX_RESULTS)
        is_whole = len(deep) < MAX_RESULTS
        known = {c.sha256 for c in nearest} | {match.sha256 for match in texts}
        tail = fuse_candidates([c for c in deep if c.sha256 not in known], [], cutoffs=cutoffs)
        results += _no_better(tail, than=results[-1].strength if results else "strong")
    return Ranking(results=tuple(results), is_whole=is_whole, cutoffs=cutoffs)


def _no_better(results: list[Ranked], *, than: Strength) -> list[Ranked]:
    """Results that follow others: none is called better than those, even if the index found it
    late."""
    worst = STRENGTHS.index(than)
    return [r._replace(strength=STRENGTHS[max(_grade(r), worst)]) for r in results]


def _nearest(images: ImageQuerySet, *, scope: Scope, target: Target, limit: int) -> list[Candidate]:
    return nearest_candidates(target.vector, scope=scope, images=images, limit=limit)


def fuse_candidates(
    nearest: Sequence[Candidate], texts: Sequence[TextMatch], *, cutoffs: Cutoffs
) -> list[Ranked]:
    """One list of contents from both: strong ones, then fair ones, then weak ones, each in the
    fused order.

    The same bytes in several collections are one result: the copy whose own text was found, else
    the newest.
    """
    scores = {candidate.sha256: candidate.score for candidate in nearest}
    shown = {c.sha256: c.image_id for c in sorted(nearest, key=lambda c: c.image_id)}
    in_text = {
        match.sha256: match
        for match in sorted(texts, key=lambda match: (match.is_exact, match.image_id))
    }
    found: list[Ranked] = []
    for content in fuse([c.sha256 for c in nearest], [match.sha256 for match in texts]):
        text = in_text.get(content)
        score = scores.get(content)
        strength = cutoffs.judge(
            score, in_text=text is not None, is_exact=text is not None and text.is_exact
        )
        image_id = text.image_id if text else shown[content]
        found.append(Ranked(image_id, score, text is not None, strength))
    return sorted(found, key=_grade)


def _grade(result: Ranked) -> int:
    return STRENGTHS.index(result.strength)
