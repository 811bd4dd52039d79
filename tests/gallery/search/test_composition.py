"""Vectors are added and taken away as the query says, whatever their scales."""

import numpy as np
import pytest

from gallery.exceptions import InvalidQuery
from gallery.search.composition import Term, compose, mean_direction

X, Y, Z = np.eye(3, dtype=np.float32)


def test_one_part_is_itself():
    assert compose([Term(vector=X)]) == pytest.approx(X)


def test_the_answer_has_unit_length():
    target = compose([Term(vector=X), Term(vector=Y, weight=0.3)], unwanted=[Term(vector=Z)])
    assert np.linalg.norm(target) == pytest.approx(1)
    assert target.dtype == np.float32


def test_weights_tilt():
    target = compose([Term(vector=X, weight=0.8), Term(vector=Y, weight=0.2)])
    assert target[0] / target[1] == pytest.approx(4)


def test_a_term_that_separates_pictures_less_is_raised():
    target = compose([Term(vector=X, spread=0.01), Term(vector=Y, spread=0.1)])
    assert target[0] / target[1] == pytest.approx(10)


def test_unwanted_is_taken_away_but_does_not_rule():
    target = compose([Term(vector=X)], unwanted=[Term(vector=Y)])
    assert target[1] < 0
    assert target[0] > abs(target[1])


def test_many_unwanted_weigh_no_more_than_one():
    one = compose([Term(vector=X)], unwanted=[Term(vector=Y)])
    many = compose([Term(vector=X)], unwanted=[Term(vector=Y)] * 9)
    assert many == pytest.approx(one)


def test_a_zero_weight_has_no_effect():
    assert compose([Term(vector=X), Term(vector=Y, weight=0)]) == pytest.approx(X)


def test_what_is_left_out_is_brought_to_the_scale_of_what_is_wanted():
    target = compose([Term(vector=X, spread=0.1)], unwanted=[Term(vector=Y, spread=0.2)])
    # Half as much as is wanted, and half of that, for its scores are twice as far apart.
    assert target[1] / target[0] == pytest.approx(-0.25)


@pytest.mark.parametrize(
    ("wanted", "unwanted"),
    [([X], [X]), ([X, -X], []), ([X], [Y, -Y])],
    ids=["same", "opposite wanted", "opposite unwanted"],
)
def test_what_cancels_is_an_invalid_query(wanted, unwanted):
    with pytest.raises(InvalidQuery) as caught:
        compose([Term(vector=v) for v in wanted], unwanted=[Term(vector=v) for v in unwanted])
    assert caught.value.reason == "query_cancels_itself"


def test_the_mean_is_between_the_vectors():
    assert mean_direction([X, Y]) == pytest.approx([0.7071068, 0.7071068, 0])
