"""Reciprocal rank fusion as the paper defines it."""

from gallery.search.fusion import RANK_CONSTANT, fuse


def test_one_ranking_stays_as_it_is():
    assert fuse(["b", "a", "c"]) == ["b", "a", "c"]


def test_being_in_two_lists_beats_leading_one():
    assert fuse(["a", "b", "c"], ["d", "c"])[0] == "c"


def test_equal_sums_go_in_the_order_of_the_first_list():
    assert fuse(["a", "b"], ["b", "a"]) == ["a", "b"]


def test_the_worth_of_a_place():
    # Second in both lists (2/62) is worth more than first in one (1/61), less than first in both.
    assert RANK_CONSTANT == 60
    assert fuse(["x", "y"], ["z", "y"]) == ["y", "x", "z"]


def test_a_repeated_item_counts_once():
    assert fuse(["a", "b", "b", "b"], ["a"]) == ["a", "b"]
    assert fuse(["a", "a"], ["b", "c"]) == ["a", "b", "c"]


def test_nothing_gives_nothing():
    assert fuse([], []) == []
    assert fuse() == []
