"""What ordinary queries score on a library's pictures."""

import numpy as np
import pytest

from gallery.search.reference import (
    ORDINARY_QUERIES,
    REFERENCE_SIZE,
    choose_pictures,
    pictures_reference,
    stack_vectors,
    words_reference,
)


def random_rows(count, *, seed=0, dimension=64, towards=None, pull=0.0):
    """Unit vectors in random directions, pulled towards one."""
    rows = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    if towards is not None:
        rows += pull * towards
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def test_words_are_compared_with_ordinary_queries():
    found = words_reference(random_rows(100), texts=random_rows(32, seed=1))
    # Scores of random directions in 64 dimensions deviate by 1/8.
    assert found.spread == pytest.approx(1 / 8, rel=0.2)
    assert 0 < found.median < 0.05


def test_the_median_is_one_that_a_query_in_four_exceeds():
    pictures = np.tile(np.eye(4, dtype=np.float32)[0], (20, 1)) + random_rows(
        20, dimension=4, seed=3
    ) * np.float32(0.05)
    scores = (0.1, 0.2, 0.3, 0.4, 0.5)
    texts = np.array([[s, np.sqrt(1 - s * s), 0, 0] for s in scores], dtype=np.float32)
    found = words_reference(pictures, texts=texts)
    assert found.median == pytest.approx(0.4, abs=0.03)


def test_pictures_are_compared_with_one_another_but_not_with_themselves():
    direction = random_rows(1, seed=9)[0]
    pictures = random_rows(60, towards=direction, pull=1.0)
    found = pictures_reference(pictures)
    assert 0.4 < found.median < 0.6
    assert found.spread < 0.2


def test_queries_that_all_score_alike_are_no_reference():
    pictures = np.tile(np.eye(3, dtype=np.float32)[0], (20, 1))
    texts = np.tile(np.eye(3, dtype=np.float32)[1], (32, 1))
    assert words_reference(pictures, texts=texts) is None
    assert pictures_reference(pictures) is None


def test_no_pictures_are_no_reference():
    none = stack_vectors([], dimension=8)
    assert words_reference(none, texts=random_rows(3, dimension=8)) is None
    assert pictures_reference(none) is None


def test_the_same_pictures_are_chosen_in_whatever_order_they_come():
    keys = list(range(1, 1001))
    chosen = choose_pictures(keys)
    assert chosen == choose_pictures(keys[::-1])
    assert len(chosen) == REFERENCE_SIZE
    # From all over the library, not its oldest pictures only.
    assert min(chosen) < 100
    assert max(chosen) > 900


def test_few_pictures_are_all_chosen():
    assert choose_pictures([7, 3, 5]) == [3, 5, 7]


def test_ordinary_queries_differ():
    assert len(set(ORDINARY_QUERIES)) == len(ORDINARY_QUERIES) == 32
