"""From the parts of a query to one unit vector: wanted ones added, unwanted ones taken away.

Pure NumPy. Words and pictures meet in one space but not on one scale: in CLIP's, two pictures lie
far nearer to each other than a picture to its words, so a plain sum lets the picture drown the
words. Each part is therefore divided by its `spread`, by how much it tells this library's pictures
apart (the scale of its scores on the background); then a weight means what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from gallery.exceptions import InvalidQuery
from gallery.vectors import Vector

# What is left out counts half as much as what is wanted: enough to turn the order among pictures
# that fit, not enough to make whatever is least like it win (docs/quality.md).
UNWANTED_WEIGHT = 0.5
# Wanted and unwanted directions closer than this (cosine) are the same thing said twice.
SAME_DIRECTION = 0.9995
# Length below which a sum of unit vectors is noise of half-precision numbers.
MIN_LENGTH = 1e-3


@dataclass(frozen=True, kw_only=True)
class Term:
    """One thing wanted or not wanted: float32 [d] of unit length, its share and its scale."""

    vector: Vector
    weight: float = 1.0
    spread: float = 1.0


def compose(wanted: Sequence[Term], *, unwanted: Sequence[Term] = ()) -> Vector:
    """float32 [d] of unit length. Raises InvalidQuery when nothing is left of the sum.

    The unwanted parts together weigh UNWANTED_WEIGHT of the wanted ones, however many they are.
    """
    target = _direction(wanted)
    if unwanted:
        away = _direction(unwanted)
        if float(target @ away) > SAME_DIRECTION:
            raise _cancelled()
        scale = _mean_spread(wanted) / _mean_spread(unwanted)
        target = _unit(target - UNWANTED_WEIGHT * scale * away)
    return target


def mean_direction(vectors: Sequence[Vector]) -> Vector:
    """The unit vector between several. Raises InvalidQuery when they cancel each other."""
    return _unit(np.sum(vectors, axis=0))


def _direction(parts: Sequence[Term]) -> Vector:
    counted = [part for part in parts if part.weight > 0]
    return mean_direction([p.vector * (p.weight / p.spread) for p in counted])


def _mean_spread(parts: Sequence[Term]) -> float:
    weights = [part.weight for part in parts]
    return float(np.average([part.spread for part in parts], weights=weights))


def _unit(vector: Vector) -> Vector:
    length = float(np.linalg.norm(vector))
    if length < MIN_LENGTH:
        raise _cancelled()
    return (vector / length).astype(np.float32)


def _cancelled() -> InvalidQuery:
    return InvalidQuery(
        _("Your search and what you exclude cancel each other out. Change one of them."),
        reason="query_cancels_itself",
    )
