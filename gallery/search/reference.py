"""The reference: how ordinary queries score on a library's pictures.

The background of a query (calibration.py) fails where many pictures answer it. What other queries
score on the same pictures does not depend on that. Words are compared with ORDINARY_QUERIES,
pictures with other pictures of the library. Pure; Scope measures and remembers it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gallery.search.calibration import MIN_SPREAD, Reference, robust_spread
from gallery.vectors import Vector

# Things that photographs show, wide apart, so that no library is full of answers to most of them.
ORDINARY_QUERIES = (
    "a baby", "a bathroom", "a beach", "a bicycle", "a bird", "a book", "a building", "a camera",
    "a candle", "a church", "a cup of coffee", "a dog", "a dress", "a fence", "a flag", "a flower",
    "a football match", "a forest", "a group of friends", "a guitar", "a hat", "a kitchen",
    "a map", "a market", "a mountain", "a painting", "a plate of food", "a river", "a road",
    "a ship", "a sunset", "something red",
)  # fmt: skip
# Pictures that the ordinary queries are compared with: 4,000 scores fix a median and a spread.
REFERENCE_SIZE = 128
# Knuth's multiplicative hash: neighbouring keys land far apart.
SCRAMBLER = np.uint64(2_654_435_761)
# The median of a query in four may lie above the reference's.
MEDIAN_QUANTILE = 0.75


def words_reference(
    pictures: NDArray[np.float32], *, texts: NDArray[np.float32]
) -> Reference | None:
    """What ordinary queries [m, d] score on some of a library's pictures [n, d], all unit vectors.

    None where scores do not vary.
    """
    return _reference((texts @ pictures.T).astype(np.float64))


def pictures_reference(pictures: NDArray[np.float32]) -> Reference | None:
    """What some of a library's pictures [n, d] score on one another. None as above."""
    among = (pictures @ pictures.T).astype(np.float64)
    # Without each picture's score for itself, row by row.
    return _reference(
        among[~np.eye(len(among), dtype=bool)].reshape(len(among), max(len(among) - 1, 0))
    )


def choose_pictures(ids: list[int]) -> list[int]:
    """REFERENCE_SIZE of these keys, the same ones every time, whatever order they come in."""
    keys = np.array(ids, dtype=np.uint64)
    order = np.argsort(keys * SCRAMBLER % 2**32, kind="stable")
    return sorted(keys[order[:REFERENCE_SIZE]].tolist())


def stack_vectors(vectors: list[Vector], *, dimension: int) -> NDArray[np.float32]:
    """Rows [n, d]; none gives shape (0, d)."""
    return np.stack(vectors) if vectors else np.zeros((0, dimension), dtype=np.float32)


def _reference(scores: NDArray[np.float64]) -> Reference | None:
    """From one row of scores a query."""
    if scores.size == 0:
        return None
    medians = np.median(scores, axis=1, keepdims=True)
    spread = robust_spread(scores - medians)
    if spread <= MIN_SPREAD:
        # Ordinary queries all score alike: this encoder or library gives nothing to compare with.
        return None
    return Reference(median=float(np.quantile(medians, MEDIAN_QUANTILE)), spread=spread)
