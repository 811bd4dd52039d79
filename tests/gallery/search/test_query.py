"""A query is a value: it survives its address, and no address can break it."""

import random
from datetime import date
from urllib.parse import parse_qs

import pytest
from django.http import QueryDict

from gallery.search import Filters, SearchQuery
from gallery.search.params import MAX_REPEATS, MAX_WORDS


def parsed(address):
    """The query of an address, as a view gets it."""
    return SearchQuery.from_params(QueryDict(address))


def random_query(rng):
    """Any query that an address can hold."""
    words = ["cat", "a red car", 'café "two words"', "t-shirt", "猫", "50% & more = x+y", "🐈‍⬛"]
    maybe = lambda values: rng.choice(values)  # noqa: E731
    query = SearchQuery(
        words=maybe(["", *words]),
        excluded_words=tuple(rng.sample(words, rng.randint(0, 3))),
        like=tuple(rng.sample(range(1, 99), rng.randint(0, 3))),
        unlike=tuple(rng.sample(range(1, 99), rng.randint(0, 3))),
        picture=maybe(["", "Zx3_-9abcDEFGHIJKLmn0w"]),
        words_weight=maybe([0.5, 0.0, 1.0, 0.25, 0.07]),
        filters=Filters(
            collections=tuple(rng.sample(["a", "b-2", "c_d"], rng.randint(0, 3))),
            tags=tuple(rng.sample(["sea", "two words", "x&y"], rng.randint(0, 3))),
            year=maybe([None, 1999, 2024]),
            taken_from=maybe([None, date(2020, 2, 29)]),
            taken_to=maybe([None, date(2024, 12, 31)]),
            orientation=maybe(["", "landscape", "portrait", "square"]),
        ),
        sort=maybe(["relevance", "date"]),
        page=maybe([1, 2, 17]),
    )
    names = query.part_names
    more, less = (tuple(rng.sample(names, rng.randint(0, len(names)))) for _ in range(2))
    return query.with_(more=more, less=less, page=query.page)


@pytest.mark.parametrize("seed", range(200))
def test_round_trip(seed):
    query = random_query(random.Random(seed))
    assert parsed(query.to_params()) == query
    assert SearchQuery.from_params(parse_qs(query.to_params())) == query


def test_defaults_are_left_out():
    assert SearchQuery().to_params() == ""
    assert SearchQuery(words="a cat").to_params() == "q=a+cat"


def test_plain_mapping_of_texts():
    assert SearchQuery.from_params({"q": "cat", "like": 7, "year": "2024"}) == SearchQuery(
        words="cat", like=(7,), filters=Filters(year=2024)
    )


@pytest.mark.parametrize(
    "address",
    [
        "page=abc&page=-1&page=0&page=1e9&page=",
        "like=abc&like=-5&like=0&like=99999999999999999999&like=9223372036854775808&like=1.5",
        "unlike=%00&unlike=٣",
        "w=nan&w=inf&w=-1&w=1.01",
        "year=0&year=99999&year=20x4&year=9999",
        "from=2024-13-01&to=2024-02-30&from=yesterday",
        "orientation=diagonal&sort=random&picture=../../etc/passwd&picture=%00",
        "collection=a/b&collection=&collection=%3Cscript%3E&tag=&tag=%00%01",
        "q=%00%00&q=%20%20&not=%E2%80%AE&not=",
        "q=%ED%A0%80&unknown=1",
        "q=-&q=--&q=+-+",
        "more=q&more=like.1&more=&less=%00&less=not.&less=collection.a",
    ],
)
def test_invalid_parameters_are_ignored(address):
    query = parsed(address)
    assert query.is_empty
    assert query == SearchQuery()


def test_lone_surrogates_do_not_reach_the_query():
    assert SearchQuery.from_params({"q": "cat\ud800 dog"}).words == "cat dog"


def test_last_value_of_a_single_parameter_counts():
    assert parsed("q=cat&q=dog").words == "dog"


def test_words_are_cleaned():
    assert parsed("q=%20a%00%0Acat%E2%80%AE%20%20").words == "a cat"


def test_joined_emoji_stay_whole():
    assert SearchQuery.from_params({"q": "👩‍🚒"}).words == "👩‍🚒"


def test_long_words_are_cut_at_a_space_and_say_so():
    query = SearchQuery.from_params({"q": "cat " * 200})
    assert query.words_cut
    assert len(query.words) <= MAX_WORDS
    assert query.words.endswith("cat")


def test_one_endless_word_is_cut():
    query = SearchQuery.from_params({"q": "x" * 10_000_000})
    assert query.words_cut
    assert query.words == "x" * MAX_WORDS


def test_short_words_are_not_cut():
    assert not parsed("q=cat").words_cut


@pytest.mark.parametrize("name", ["tag", "collection", "like", "unlike", "not"])
def test_too_many_parts_are_cut_and_say_so(name):
    numbers = [str(number) for number in range(1, 12)]
    query = SearchQuery.from_params({"q": "cat", name: numbers})
    assert query.parts_cut
    assert not SearchQuery.from_params({"q": "cat", name: numbers[1:]}).parts_cut
    assert not SearchQuery.from_params({"q": "cat", name: ["1"] * 11}).parts_cut


def test_words_excluded_with_a_minus_sign_count_as_parts():
    words = " ".join(f"-w{number}" for number in range(11))
    assert SearchQuery.from_params({"q": f"cat {words}"}).parts_cut


def test_repeats_are_bounded_and_unique():
    query = SearchQuery.from_params({"like": [str(n) for n in range(1, 500)] + ["1"]})
    assert query.like == tuple(range(1, MAX_REPEATS + 1))
    assert parsed("not=a&not=b&not=a").excluded_words == ("a", "b")


@pytest.mark.parametrize(
    ("typed", "words", "excluded"),
    [
        ("beach -people", "beach", ("people",)),
        ('beach -"many people" -dog', "beach", ("many people", "dog")),
        ("-dog", "", ("dog",)),
        ("beach −people", "beach", ("people",)),
        ("t-shirt", "t-shirt", ()),
        ("red - blue", "red - blue", ()),
    ],
)
def test_minus_leaves_out(typed, words, excluded):
    query = SearchQuery.from_params({"q": typed})
    assert (query.words, query.excluded_words) == (words, excluded)


def test_importance_names_parts_in_the_order_of_the_chips():
    query = parsed("q=sea&like=12&not=red+cars&more=not.red++cars%20&more=q&less=like.12")
    assert (query.more, query.less) == (("q", "not.red cars"), ("like.12",))
    assert query.to_params() == ("q=sea&not=red+cars&like=12&more=q&more=not.red+cars&less=like.12")
    assert [chip.importance for chip in query.chips()] == ["more", "less", "more"]
    assert [chip.name for chip in query.chips()] == list(query.part_names)


def test_more_wins_and_unknown_parts_are_ignored():
    query = parsed("q=sea&like=12&more=q&less=q&more=like.13&less=like.012&less=picture&more=x")
    assert (query.more, query.less) == (("q",), ())
    assert parsed("q=beach+-people&less=not.people").less == ("not.people",)


def test_more_parts_than_a_parameter_may_repeat_keep_their_importance():
    query = SearchQuery(words="sea", like=tuple(range(1, 11)), unlike=tuple(range(11, 21)))
    query = query.with_(more=query.part_names)
    assert parsed(query.to_params()).more == query.part_names
    assert len(query.more) == 21


def test_importance_is_changed_and_taken_back():
    plain = SearchQuery(words="sea", like=(12,), page=2)
    more = plain.with_importance("q", "more")
    assert (more.more, more.less, more.page) == (("q",), (), 1)
    less = more.with_importance("q", "less")
    assert (less.more, less.less) == ((), ("q",))
    assert less.with_importance("q", "normal") == plain.with_(page=1)


def test_a_removed_part_takes_its_importance_along():
    query = SearchQuery(words="sea", like=(12,), more=("q",), less=("like.12",))
    assert query.chips()[0].remove_params == "like=12&less=like.12"
    assert query.with_(like=()).to_params() == "q=sea&more=q"


def test_with_goes_back_to_the_first_page():
    query = SearchQuery(words="cat", page=3)
    assert query.with_(sort="date").page == 1
    assert query.with_(page=4).page == 4


def test_chips_each_remove_themselves():
    query = SearchQuery(
        words="cat",
        excluded_words=("dog",),
        like=(3, 4),
        unlike=(5,),
        picture="Zx3_-9abcDEFGHIJKLmn0w",
        page=2,
    )
    chips = query.chips()
    assert [(c.sign, c.kind, c.value) for c in chips] == [
        ("+", "words", "cat"),
        ("+", "picture", "Zx3_-9abcDEFGHIJKLmn0w"),
        ("+", "image", "3"),
        ("+", "image", "4"),
        ("-", "words", "dog"),
        ("-", "image", "5"),
    ]
    assert parsed(chips[2].remove_params) == query.with_(like=(4,))
    assert parsed(chips[4].remove_params) == query.with_(excluded_words=())


def test_empty_means_no_filters_either():
    assert SearchQuery().is_empty
    assert SearchQuery(page=3, sort="date").is_empty
    assert not SearchQuery(filters=Filters(year=2024)).is_empty
    assert not SearchQuery(excluded_words=("cat",)).is_empty
