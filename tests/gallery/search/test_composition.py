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


def test_importance_multiplies_the_weight():
    target = compose([Term(vector=X, weight=0.5, importance=2), Term(vector=Y, weight=0.5)])
    assert target[0] / target[1] == pytest.approx(2)


@pytest.mark.parametrize(
    ("wanted", "unwanted", "share"), [(1, 2, -1), (1, 0.5, -0.25), (2, 2, -0.5)]
)
def test_unwanted_is_taken_away_as_much_as_it_is_important(wanted, unwanted, share):
    target = compose(
        [Term(vector=X, importance=wanted)], unwanted=[Term(vector=Y, importance=unwanted)]
    )
    assert target[1] / target[0] == pytest.approx(share)


def test_without_importance_the_target_is_the_same_to_the_bit():
    rng = np.random.default_rng(7)
    for share in rng.random(200):
        a, b, c, d = (mean_direction([row]) for row in rng.normal(size=(4, 64)).astype("float32"))
        s = rng.uniform(0.01, 0.1, 4)
        target = compose(
            [
                Term(vector=a, weight=share, spread=s[0]),
                Term(vector=b, weight=1 - share, spread=s[1]),
            ],
            unwanted=[Term(vector=c, spread=s[2]), Term(vector=d, spread=s[3])],
        )
        wanted = mean_direction([a * (share / s[0]), b * ((1.0 - share) / s[1])])
        away = mean_direction([c * (1.0 / s[2]), d * (1.0 / s[3])])
        scale = float(np.average(s[:2], weights=[share, 1 - share])) / float(np.average(s[2:]))
        assert np.array_equal(target, mean_direction([wanted - 0.5 * scale * away]))


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
