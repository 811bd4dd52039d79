"""What counts as a vector, and how it is written."""

import numpy as np
import pytest

from gallery.exceptions import InvalidVector
from gallery.vectors import is_unit, vector_literal
from gallery.vectors.arrays import check_shape, check_unit

UNIT = np.array([0.6, 0.8, 0.0], dtype=np.float32)


@pytest.mark.parametrize(
    ("vector", "is_one"),
    [
        (UNIT, True),
        (UNIT.astype(np.float16), True),
        (UNIT * 1.009, True),
        (UNIT * 1.02, False),
        (UNIT * 0.98, False),
        (UNIT * 0, False),
        (UNIT * np.nan, False),
        (np.array([np.inf, 0, 0]), False),
    ],
)
def test_unit_vectors(vector, is_one):
    assert is_unit(vector) is is_one


@pytest.mark.parametrize("vector", [UNIT[:2], UNIT[np.newaxis], np.zeros(0), np.float32(1)])
def test_another_shape_is_refused(vector):
    with pytest.raises(InvalidVector) as caught:
        check_shape(vector, dimension=3)
    assert caught.value.reason == "invalid_vector"
    with pytest.raises(InvalidVector):
        check_unit(vector, dimension=3)


def test_another_length_is_refused():
    check_unit(UNIT, dimension=3)
    with pytest.raises(InvalidVector, match="length 1"):
        check_unit(UNIT * 2, dimension=3)


def test_literals_are_numbers_only():
    assert vector_literal(np.array([0.5, -1e-9, 1 / 3], dtype=np.float32)) == (
        "[0.5,-1e-09,0.3333333]"
    )
