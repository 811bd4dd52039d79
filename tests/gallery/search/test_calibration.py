"""A score is judged by other scores of the same query, and by those of ordinary queries."""

import math

import numpy as np
import pytest

from gallery.search.calibration import (
    BACKGROUND_SIZE,
    FAIR,
    MAX_OVER_MAD,
    MIN_SPREAD,
    SHOWN,
    STRONG,
    UNJUDGED,
    Background,
    Cutoffs,
    Reference,
    robust_spread,
)


def normal_scores(count=400, *, mean=0.2, deviation=0.03):
    """Scores of pictures that have nothing to do with the query."""
    return list(np.random.default_rng(5).normal(mean, deviation, count))


def cutoffs(scores, *, reference=None):
    """The cut-offs of a query with these scores, the best of which is its best hit."""
    return Background.of(scores).cutoffs(best=max(scores), reference=reference)


def test_middle_and_spread_are_those_of_the_noise():
    background = Background.of(normal_scores())
    assert background.median == pytest.approx(0.2, abs=0.01)
    assert background.spread == pytest.approx(0.03, rel=0.15)


def test_many_right_answers_among_the_sample_do_not_hide_each_other():
    scores = normal_scores() + [0.9] * 40
    assert Background.of(scores).median == pytest.approx(0.2, abs=0.01)
    assert cutoffs(scores).judge(0.9) == "strong"
    assert cutoffs(scores).judge(0.2) == "weak"


def test_one_answer_among_twenty_stands_out():
    assert cutoffs([*normal_scores(19), 0.5]).judge(0.5) == "strong"


def test_widely_scattered_scores_are_judged_more_strictly():
    rng = np.random.default_rng(3)
    scattered = Background.of(list(0.2 + 0.03 * rng.standard_t(3, 400)))
    assert scattered.spread > Background.of(normal_scores()).spread


def around_zero(count, *, answers=()):
    """As many differences of -1 and 1 in turn, and those of the answers."""
    return np.array([(-1.0) ** number for number in range(count)] + list(answers))


def test_the_highest_fiftieth_is_left_out_of_the_spread():
    assert robust_spread(around_zero(98, answers=[100, 100])) == pytest.approx(1)
    assert robust_spread(around_zero(97, answers=[2, 2, 2])) == pytest.approx(
        math.sqrt((97 + 4) / 98)
    )


def test_of_a_few_pictures_only_the_best_is_left_out():
    assert robust_spread(around_zero(19, answers=[100])) == pytest.approx(1)
    assert robust_spread(around_zero(18, answers=[2, 2])) == pytest.approx(math.sqrt(22 / 19))


def test_the_spread_is_bounded_by_that_of_the_median_deviation():
    """1.4826 times the median deviation is the deviation of a normal distribution."""
    many = around_zero(60, answers=[100] * 40)
    assert robust_spread(many) == pytest.approx(MAX_OVER_MAD * 1.4826)


def test_the_spread_is_never_less_than_half_precision_can_tell():
    assert robust_spread(0.0001 * around_zero(100)) == MIN_SPREAD
    assert robust_spread(np.array([0.0])) == MIN_SPREAD


def test_the_limits_are_those_that_were_measured():
    assert (BACKGROUND_SIZE, MAX_OVER_MAD, MIN_SPREAD) == (400, 1.3, 0.002)
    assert (STRONG.deviations, STRONG.reference_deviations, STRONG.share_of_best) == (5.5, 4.5, 0.7)
    assert (FAIR.deviations, FAIR.reference_deviations, FAIR.share_of_best) == (3.8, 3.0, 0.55)
    assert (SHOWN.deviations, SHOWN.reference_deviations, SHOWN.share_of_best) == (3.8, 3.0, 0.65)


@pytest.mark.parametrize(
    ("deviations", "strength"),
    [(5.6, "strong"), (5.4, "fair"), (3.9, "fair"), (3.7, "weak"), (-5, "weak")],
)
def test_without_a_reference_strength_goes_by_deviations_from_the_background(deviations, strength):
    background = Background(median=0.2, spread=0.03, size=400)
    found = background.cutoffs(best=0.2 + 6 * 0.03)
    assert found.judge(0.2 + deviations * 0.03) == strength


@pytest.mark.parametrize(
    ("deviations", "strength"),
    [(4.6, "strong"), (4.4, "fair"), (3.1, "fair"), (2.9, "weak"), (-5, "weak")],
)
def test_a_reference_shows_answers_that_are_the_background_themselves(deviations, strength):
    background = Background(median=0.5, spread=0.1, size=400)
    reference = Reference(median=0.2, spread=0.05)
    found = background.cutoffs(best=0.2 + 4.6 * 0.05, reference=reference)
    assert found.judge(0.2 + deviations * 0.05) == strength


def test_a_library_of_one_kind_is_full_of_answers():
    scores = normal_scores(mean=0.5, deviation=0.02)
    assert cutoffs(scores).judge(0.5) == "weak"
    assert cutoffs(scores, reference=Reference(median=0.2, spread=0.04)).judge(0.5) == "strong"


def test_a_reference_with_a_higher_middle_changes_nothing_about_the_middle():
    background = Background(median=0.1, spread=0.03, size=400)
    found = background.cutoffs(best=0.3, reference=Reference(median=0.4, spread=0.02))
    assert found.fair == pytest.approx(0.1 + 0.55 * (0.3 - 0.1))


def test_relatives_far_behind_the_best_one_are_weak():
    background = Background(median=0.0, spread=0.03, size=400)
    found = background.cutoffs(best=0.9)
    assert found.fair == pytest.approx(0.495)
    assert found.strong == pytest.approx(0.63)


def test_what_is_left_out_must_come_nearer_than_what_is_shown():
    found = Background(median=0.0, spread=0.03, size=400).cutoffs(best=0.9)
    assert found.fair < found.shown < found.strong
    # Among too few pictures nothing is left out by its looks.
    assert UNJUDGED.shown == math.inf


def test_better_scores_are_never_judged_worse():
    found = cutoffs([*normal_scores(), 0.3, 0.35, 0.4, 0.5])
    order = {"weak": 0, "fair": 1, "strong": 2}
    grades = [order[found.judge(score)] for score in np.linspace(0, 1, 101)]
    assert grades == sorted(grades)


def test_the_same_score_is_judged_by_its_query():
    assert cutoffs([*normal_scores(mean=0.1), 0.3]).judge(0.3) == "strong"
    assert cutoffs([*normal_scores(mean=0.3), 0.42]).judge(0.3) == "weak"


def test_found_in_the_text_is_never_weak():
    found = Cutoffs(strong=0.5, fair=0.4)
    assert found.judge(-1.0, in_text=True) == "fair"
    assert found.judge(0.9, in_text=True) == "strong"
    assert found.judge(None, in_text=True) == "fair"


def test_without_a_vector_and_without_its_text_it_is_weak():
    assert Cutoffs(strong=0.5, fair=0.4).judge(None) == "weak"


def test_a_score_at_the_cutoff_has_reached_it():
    found = Cutoffs(strong=0.5, fair=0.4)
    assert (found.judge(0.5), found.judge(0.4)) == ("strong", "fair")


def test_an_exact_name_is_strong_whatever_the_picture_looks_like():
    found = Cutoffs(strong=0.5, fair=0.4)
    assert found.judge(-1.0, in_text=True, is_exact=True) == "strong"
    assert found.judge(None, in_text=True, is_exact=True) == "strong"
    assert UNJUDGED.judge(None, in_text=True, is_exact=True) == "strong"


@pytest.mark.parametrize("count", [0, 1, 11])
def test_fewer_than_twelve_pictures_are_no_background(count):
    found = Background.of([0.1] * count).cutoffs(best=0.9)
    assert found == UNJUDGED
    assert found.judge(0.9) == "fair"


def test_twelve_pictures_are_a_background():
    found = Background.of([0.1] * 12).cutoffs(best=0.9)
    assert found.judge(0.9) == "strong"
    assert found.judge(0.1) == "weak"


def test_without_any_hit_nothing_is_judged():
    assert Background.of(normal_scores()).cutoffs(best=None) == UNJUDGED
    assert math.isinf(UNJUDGED.fair)


def test_equal_scores_do_not_divide_by_nothing():
    background = Background.of([0.5] * 100)
    assert background.spread == MIN_SPREAD
    assert background.cutoffs(best=0.5).judge(0.5) == "weak"
