"""Vectors have unit length for any input."""

import numpy as np
import pytest

from gallery.embedding.protocol import unit_rows


def test_rows_keep_their_direction_and_get_length_one():
    rows = unit_rows(np.array([[3.0, 4.0], [0.0, -2.0]], dtype=np.float64))
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0.0, -1.0]], rtol=1e-6)


def test_a_row_of_zeros_becomes_the_first_axis_and_never_nan():
    rows = unit_rows(np.array([[0.0, 0.0, 0.0], [0.0, 2.0, 0.0]], dtype=np.float32))
    assert rows.tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]


def test_an_empty_array_stays_empty():
    assert unit_rows(np.zeros((0, 5), dtype=np.float32)).shape == (0, 5)


def test_the_input_is_not_changed():
    given = np.array([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32)
    unit_rows(given)
    assert given.tolist() == [[3.0, 4.0], [0.0, 0.0]]


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_small_and_large_vectors_are_equally_exact(scale):
    rows = unit_rows(np.array([[1.0, 1.0]]) * scale)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, rtol=1e-6)
