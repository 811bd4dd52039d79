"""The reference: how ordinary queries score on a library's pictures.

The background of a query (calibration.py) fails if many pictures match the query. The scores of
other queries on the same pictures do not depend on that. Words are compared with ORDINARY_QUERIES,
pictures with other pictures of the library. Pure; Scope measures and caches the reference.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gallery.search.calibration import MIN_SPREAD, Reference, robust_spread
from gallery.vectors import Vector

# Common subjects of photographs, varied enough that no library is full of matches for most of them.
ORDINARY_QUERIES = (
    "a baby", "a bathroom", "a beach", "a bicycle", "a bird", "a book", "a building", "a camera",
    "a candle", "a church", "a cup of coffee", "a dog", "a dress", "a fence", "a flag", "a flower",
    "a football match", "a forest", "a group of friends", "a guitar", "a hat", "a kitchen",
    "a map", "a market", "a mountain", "a painting", "a plate of food", "a river", "a road",
    "a ship", "a sunset", "something red",
)  # fmt: skip
# Pictures to compare ordinary queries with: 4,000 scores give a stable median and spread.
REFERENCE_SIZE = 128
# Knuth's multiplicative hash, which spreads neighbouring keys far apart.
SCRAMBLER = np.uint64(2_654_435_761)
# One query in four may have a median above the reference's.
MEDIAN_QUANTILE = 0.75


def words_reference(
    pictures: NDArray[np.float32], *, texts: NDArray[np.float32]
) -> Reference | None:
    """Score ordinary queries [m, d] on some of a library's pictures [n, d], all unit vectors.

    Returns None if the scores do not vary.
    """
    return _reference((texts @ pictures.T).astype(np.float64))


def pictures_reference(pictures: NDArray[np.float32]) -> Reference | None:
    """Score some of a library's pictures [n, d] on one another. None if the scores do not vary."""
    among = (pictures @ pictures.T).astype(np.float64)
    # Drop each picture's score with itself, row by row.
    return _reference(
        among[~np.eye(len(among), dtype=bool)].reshape(len(among), max(len(among) - 1, 0))
    )


def choose_pictures(ids: list[int]) -> list[int]:
    """Choose REFERENCE_SIZE of these keys: always the same ones, regardless of their order."""
    keys = np.array(ids, dtype=np.uint64)
    order = np.argsort(keys * SCRAMBLER % 2**32, kind="stable")
    return sorted(keys[order[:REFERENCE_SIZE]].tolist())


def stack_vectors(vectors: list[Vector], *, dimension: int) -> NDArray[np.float32]:
    """Stack vectors to rows [n, d]; no vectors give shape (0, d)."""
    return np.stack(vectors) if vectors else np.zeros((0, dimension), dtype=np.float32)


def _reference(scores: NDArray[np.float64]) -> Reference | None:
    """Build the reference from scores with one row per query."""
    if scores.size == 0:
        return None
    medians = np.median(scores, axis=1, keepdims=True)
    spread = robust_spread(scores - medians)
    if spread <= MIN_SPREAD:
        # All ordinary queries score the same, so there is nothing to compare with.
        return None
    return Reference(median=float(np.quantile(medians, MEDIAN_QUANTILE)), spread=spread)
