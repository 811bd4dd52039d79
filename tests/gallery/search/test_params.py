"""What an address holds becomes clean values, and nothing in it raises."""

from datetime import date

import pytest
from django.http import QueryDict

from gallery.search import params
from gallery.search.params import MAX_ID, MAX_PAGE, MAX_REPEATS, MAX_WORDS


@pytest.mark.parametrize(
    ("given", "values"),
    [
        (QueryDict("a=1&a=2"), ["1", "2"]),
        ({"a": "12"}, ["12"]),
        ({"a": [1, "2"]}, ["1", "2"]),
        ({"a": 7}, ["7"]),
        ({"a": None}, []),
        ({}, []),
    ],
)
def test_values_of_addresses_and_of_plain_mappings(given, values):
    assert params.values_of(given, "a") == values
    assert params.value_of(given, "a") == (values[-1] if values else "")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  red \n\t cat ", "red cat"),
        ("e\u0301t\u00e9", "\u00e9t\u00e9"),
        ("a\u200bb\x00c", "a b c"),
        ("\U0001f469\u200d\U0001f680", "\U0001f469\u200d\U0001f680"),
        ("a\ufffdb", "a b"),
        ("a\ud800b", "ab"),
    ],
)
def test_text_is_composed_and_shows_nothing_invisible(text, clean):
    assert params.clean_text(text) == clean


@pytest.mark.parametrize(("text", "kept"), [("?!", ""), ("- –", ""), ("c++", "c++"), ("a?", "a?")])
def test_punctuation_alone_asks_for_nothing(text, kept):
    assert params.drop_bare_marks(text) == kept


def test_words_of_exactly_the_limit_are_whole_and_one_more_cuts_a_word():
    exact = "a" * (MAX_WORDS - 2) + " b"
    assert params.cut_words(exact) == (exact, False)
    assert params.cut_words(exact + "b") == ("a" * (MAX_WORDS - 2), True)


def test_a_cut_between_two_words_keeps_the_whole_first_one():
    words = "a" * MAX_WORDS
    assert params.cut_words(f"{words} b") == (words, True)


@pytest.mark.parametrize(
    ("typed", "wanted", "excluded"),
    [
        ("beach -people", "beach", ["people"]),
        ('beach -"many people" –dogs', "beach", ["many people", "dogs"]),
        ("t-shirt", "t-shirt", []),
        ("-people", "", ["people"]),
        ("beach - people", "beach - people", []),
        ("beach -?", "beach", []),
    ],
)
def test_a_minus_sign_in_front_of_a_word_leaves_it_out(typed, wanted, excluded):
    assert params.split_minus(typed) == (wanted, excluded)


def test_repeats_count_once_and_are_bounded():
    assert params.unique([1, 1, 2]) == (1, 2)
    assert params.unique(range(50)) == tuple(range(MAX_REPEATS))


def test_ids_are_those_that_a_primary_key_can_be():
    given = {"id": ["0", "1", "-1", "٣", "1.0", str(MAX_ID), str(MAX_ID + 1), "9" * 30]}
    assert params.ids_of(given, "id") == (1, MAX_ID)


def test_slugs_and_tokens_keep_to_their_letters_and_lengths():
    assert params.slugs_of({"in": ["cats-2", "c/a", "", "s" * 81]}, "in") == ("cats-2",)
    assert params.token_of({"t": "abc_-123"}, "t") == "abc_-123"
    for wrong in ("short", "x" * 33, "abc/1234", ""):
        assert params.token_of({"t": wrong}, "t") == ""


def test_texts_are_cut_at_their_limit_and_empty_ones_left_out():
    assert params.texts_of({"tag": ["  ", "abcdef", "abc"]}, "tag", limit=3) == ("abc",)


@pytest.mark.parametrize(
    ("value", "weight"),
    [("0", 0.0), ("1", 1.0), (".257", 0.26), ("1.01", 0.5), ("-1", 0.5), ("nan", 0.5), ("", 0.5)],
)
def test_a_weight_is_a_share_in_hundredths(value, weight):
    assert params.weight_of({"w": value}, "w", default=0.5) == weight


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("2023-02-29", None),
        ("20240229", None),
        ("0000-01-01", None),
        ("", None),
    ],
)
def test_a_day_is_one_of_the_calendar(value, day):
    assert params.date_of({"d": value}, "d") == day


@pytest.mark.parametrize(
    ("value", "year"),
    [("1", 1), ("2024", 2024), ("9998", 9998), ("9999", None), ("0", None), ("x", None)],
)
def test_a_year_leaves_room_for_the_day_after_it(value, year):
    assert params.year_of({"y": value}, "y") == year


@pytest.mark.parametrize(
    ("value", "page"),
    [("3", 3), ("0", 1), ("-2", 1), ("x", 1), (str(MAX_PAGE), MAX_PAGE), ("9" * 19, MAX_PAGE)],
)
def test_a_page_is_a_number_that_stays_small(value, page):
    assert params.page_of({"page": value}, "page") == page
