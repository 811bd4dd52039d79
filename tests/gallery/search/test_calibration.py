"""A score is judged by the other scores of the same query."""

import numpy as np
import pytest

from gallery.search.calibration import (
    FAIR_FROM,
    MIN_BACKGROUND,
    MIN_SPREAD,
    STRONG_FROM,
    Background,
)


def normal_scores(count=400, *, mean=0.2, deviation=0.03):
    """Scores of pictures that have nothing to do with the query."""
    return list(np.random.default_rng(5).normal(mean, deviation, count))


def test_middle_and_spread_are_those_of_the_noise():
    background = Background.of(normal_scores())
    assert background.median == pytest.approx(0.2, abs=0.01)
    assert background.spread == pytest.approx(0.03, rel=0.15)


def test_many_right_answers_among_the_sample_do_not_hide_each_other():
    background = Background.of(normal_scores() + [0.9] * 40)
    assert background.median == pytest.approx(0.2, abs=0.01)
    assert background.judge(0.9) == "strong"
    assert background.judge(0.2) == "weak"


def test_one_answer_among_twenty_stands_out():
    background = Background.of([*normal_scores(19), 0.5])
    assert background.judge(0.5) == "strong"


def test_widely_scattered_scores_are_judged_more_strictly():
    rng = np.random.default_rng(3)
    scattered = Background.of(list(0.2 + 0.03 * rng.standard_t(3, 400)))
    assert scattered.spread > Background.of(normal_scores()).spread


@pytest.mark.parametrize(
    ("deviations", "strength"),
    [
        (STRONG_FROM + 0.1, "strong"),
        (STRONG_FROM - 0.1, "fair"),
        (FAIR_FROM - 0.1, "weak"),
        (-5, "weak"),
    ],
)
def test_strength_goes_by_deviations(deviations, strength):
    background = Background(median=0.2, spread=0.03, size=400)
    assert background.judge(0.2 + deviations * 0.03) == strength


def test_the_same_score_is_judged_by_its_query():
    assert Background.of(normal_scores(mean=0.1)).judge(0.3) == "strong"
    assert Background.of(normal_scores(mean=0.3)).judge(0.3) == "weak"


def test_found_in_the_text_is_never_weak():
    background = Background(median=0.2, spread=0.03, size=400)
    assert background.judge(-1.0, in_text=True) == "fair"
    assert background.judge(0.9, in_text=True) == "strong"


def test_without_a_vector_it_is_fair():
    assert Background(median=0.2, spread=0.03, size=400).judge(None, in_text=True) == "fair"


@pytest.mark.parametrize("count", [0, 1, MIN_BACKGROUND - 1])
def test_few_pictures_are_no_background(count):
    assert Background.of([0.1] * count).judge(0.9) == "fair"


def test_equal_scores_do_not_divide_by_nothing():
    background = Background.of([0.5] * 100)
    assert background.spread == MIN_SPREAD
    assert background.judge(0.5) == "weak"
