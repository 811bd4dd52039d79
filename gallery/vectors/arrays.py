"""Vectors as arrays: their type, validation and text form. Pure NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from gallery.exceptions import InvalidVector

# float32 [d] of unit length.
Vector = NDArray[np.float32]

# Tolerance for the length of 1. Half precision shifts it by less than 0.001.
LENGTH_TOLERANCE = 0.01


def is_unit(vector: NDArray[Any]) -> bool:
    """Return whether the vector's length is 1. False if it contains NaN or infinity."""
    return bool(abs(float(np.linalg.norm(vector)) - 1) <= LENGTH_TOLERANCE)


def check_shape(vector: NDArray[Any], *, dimension: int) -> None:
    """Raise InvalidVector unless the shape is [dimension]."""
    if np.shape(vector) != (dimension,):
        raise InvalidVector(
            _("A vector of shape %(shape)s does not fit an encoder of %(dimension)s dimensions.")
            % {"shape": list(np.shape(vector)), "dimension": dimension}
        )


def check_unit(vector: NDArray[Any], *, dimension: int) -> None:
    """Raise InvalidVector unless the shape is [dimension] and the length is 1."""
    check_shape(vector, dimension=dimension)
    if not is_unit(vector):
        raise InvalidVector(_("A vector must be made of numbers and have length 1."))


def vector_literal(vector: NDArray[Any]) -> str:
    """Return the text form of a vector, with seven digits: more than half precision keeps."""
    return "[" + ",".join(map("%.7g".__mod__, np.asarray(vector).tolist())) + "]"
