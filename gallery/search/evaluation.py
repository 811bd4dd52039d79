"""Measure recall: search with captions and record the rank of the picture each belongs to.

Each distinct caption is one question. Every picture with that caption is a right answer and the
best rank counts, so that a caption shared by five pictures is one fair question, not five that
cannot all be won. Ties count against us: a wrong picture with the same score ranks first. The same
bytes in several collections are one picture, as in results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gallery.embedding.registry import load_encoder
from gallery.search.console import console_viewer
from gallery.search.engine import MAX_PAGE_SIZE, run_search
from gallery.search.query import Filters, SearchQuery
from gallery.search.scope import Scope
from gallery.search.target import spoken
from gallery.vectors import iterate_vectors

RECALL_AT = (1, 5, 10)
# Captions per batch: small enough to show progress, large enough for the encoder to be fast.
BATCH_SIZE = 64


@dataclass(frozen=True, kw_only=True)
class Question:
    """A caption, and the contents (sha256) of the pictures that have it."""

    caption: str
    answers: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The ranks of the right answers, from 1; None where search found none."""

    encoder: str
    pictures: int
    captioned: int
    places: tuple[int | None, ...]

    @property
    def questions(self) -> int:
        """The number of distinct captions searched."""
        return len(self.places)

    def recall_at(self, depth: int) -> float:
        """Return the share of questions with a right answer among the first `depth` results."""
        hits = sum(1 for place in self.places if place is not None and place <= depth)
        return hits / len(self.places) if self.places else 0.0

    @property
    def median_place(self) -> float | None:
        """The median rank; an answer that was not found counts as last."""
        if not self.places:
            return None
        return float(np.median([place or self.pictures for place in self.places]))


def ask_questions(
    scope: Scope, *, caption_of: Callable[[str], str] | None = None
) -> tuple[list[Question], int]:
    """Return the distinct captions of a scope's searchable pictures, and how many pictures have
    one.

    `caption_of` maps file names to captions; without it the stored captions are used.
    """
    rows = (
        scope.images.searchable_with(scope.encoder.pk)
        .order_by("pk")
        .values_list("sha256", "original_name", "caption")
    )
    answers: dict[str, set[str]] = {}
    spelled: dict[str, str] = {}
    captioned = 0
    for sha256, name, stored in rows.iterator():
        caption = " ".join((caption_of(name) if caption_of else stored).split())
        if not caption:
            continue
        captioned += 1
        key = caption.casefold()
        spelled.setdefault(key, caption)
        answers.setdefault(key, set()).add(sha256)
    questions = [Question(caption=spelled[k], answers=frozenset(v)) for k, v in answers.items()]
    return questions, captioned


def places_by_vectors(questions: list[Question], *, scope: Scope) -> Iterator[int]:
    """Return the rank of each question's answer among all pictures, by vectors alone.

    Exact: every caption is compared with every picture, so that neither full text nor the
    approximation of an index has an influence. Raises EncoderUnavailable.
    """
    contents, vectors = _load_vectors(scope)
    row_of = {content: row for row, content in enumerate(contents)}
    encoder = load_encoder(scope.encoder.key)
    for start in range(0, len(questions), BATCH_SIZE):
        batch = questions[start : start + BATCH_SIZE]
        scores = encoder.encode_texts([spoken(q.caption) for q in batch]) @ vectors.T
        for question, row in zip(batch, scores, strict=True):
            yield _place(row, right=[row_of[content] for content in question.answers])


def places_by_search(questions: list[Question], *, filters: Filters) -> Iterator[int | None]:
    """Return the rank of each question's answer in the engine's results, including full text."""
    viewer = console_viewer()
    for question in questions:
        query = SearchQuery(words=question.caption, filters=filters)
        yield next(
            (
                hit_rank
                for hit_rank, content in _results(query, viewer=viewer)
                if content in question.answers
            ),
            None,
        )


def _results(query: SearchQuery, *, viewer: object) -> Iterator[tuple[int, str]]:
    while True:
        page = run_search(query, viewer=viewer, page_size=MAX_PAGE_SIZE)  # type: ignore[arg-type]
        yield from ((hit.rank, hit.image.sha256) for hit in page.hits)
        if not page.has_next:
            return
        query = query.with_(page=query.page + 1)


def _place(scores: NDArray[np.float32], *, right: Iterable[int]) -> int:
    """Return 1 plus the number of wrong pictures that score as high as the best right one."""
    chosen = list(right)
    best = scores[chosen].max()
    return 1 + int((scores >= best).sum()) - int((scores[chosen] >= best).sum())


def _load_vectors(scope: Scope) -> tuple[list[str], NDArray[np.float32]]:
    """Return contents (sha256) and their vectors, float32 [n, d], with one row per content."""
    rows = iterate_vectors(scope.images, encoder=scope.encoder)
    # Half precision, as stored: single precision would need twice as much memory.
    found = {row.sha256: row.vector.astype(np.float16) for row in rows}
    if not found:
        return [], np.zeros((0, scope.encoder.dimension), dtype=np.float32)
    return list(found), np.stack(list(found.values())).astype(np.float32)
