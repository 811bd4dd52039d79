"""Combine the parts of a query into one unit vector: add wanted parts, subtract unwanted ones.

Pure NumPy. Words and pictures share a space but not a scale: with CLIP, two pictures are much
closer to each other than a picture is to its words, so in a plain sum the picture outweighs the
words. Each part is therefore divided by its `spread`, the scale of its scores on the background,
so that weights mean the same for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from gallery.exceptions import InvalidQuery
from gallery.vectors import Vector

# Unwanted parts count half as much as wanted ones: enough to reorder the pictures that match, not
# enough to rank first whatever resembles the unwanted part least (docs/quality.md).
UNWANTED_WEIGHT = 0.5
# Wanted and unwanted directions closer than this (cosine) are considered the same.
SAME_DIRECTION = 0.9995
# Length below which a sum of unit vectors is only half-precision noise.
MIN_LENGTH = 1e-3


@dataclass(frozen=True, kw_only=True)
class Term:
    """A wanted or unwanted part: float32 [d] of unit length, its weight, how important it is
    compared with the other parts, and its scale."""

    vector: Vector
    weight: float = 1.0
    importance: float = 1.0
    spread: float = 1.0


def compose(wanted: Sequence[Term], *, unwanted: Sequence[Term] = ()) -> Vector:
    """Return float32 [d] of unit length. Raises InvalidQuery if the parts cancel each other out.

    The unwanted parts together weigh UNWANTED_WEIGHT of the wanted ones, regardless of how many
    there are, and more or less than that if they are more or less important.
    """
    target = _direction(wanted)
    if unwanted:
        away = _direction(unwanted)
        if float(target @ away) > SAME_DIRECTION:
            raise _cancelled()
        scale = _mean_spread(wanted) / _mean_spread(unwanted)
        importance = _mean_importance(unwanted) / _mean_importance(wanted)
        target = _unit(target - UNWANTED_WEIGHT * scale * importance * away)
    return target


def mean_direction(vectors: Sequence[Vector]) -> Vector:
    """Return the mean direction of unit vectors, or of weighted ones, as a unit vector.

    Raises InvalidQuery if the vectors cancel each other out.
    """
    return _unit(np.sum(vectors, axis=0))


def _direction(parts: Sequence[Term]) -> Vector:
    counted = [part for part in parts if part.weight > 0]
    return mean_direction([p.vector * (p.weight * p.importance / p.spread) for p in counted])


def _mean_spread(parts: Sequence[Term]) -> float:
    weights = [part.weight * part.importance for part in parts]
    return float(np.average([part.spread for part in parts], weights=weights))


def _mean_importance(parts: Sequence[Term]) -> float:
    weights = [part.weight for part in parts]
    return float(np.average([part.importance for part in parts], weights=weights))


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
