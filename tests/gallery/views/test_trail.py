"""Trails: what an address may say of the list one came from, and what it leads back to."""

import pytest

from gallery.search import SearchQuery
from gallery.views.trail import Trail, search_trail, trail_from


@pytest.mark.parametrize(
    ("text", "back", "words"),
    [
        ("browse", "/", "All pictures"),
        ("browse?tag=a+b", "/?tag=a+b", "All pictures"),
        ("browse?from=2024-05-01&to=2024-05-31", "/?from=2024-05-01&to=2024-05-31", "All pictures"),
        ("search?q=cat&page=2", "/search/?q=cat&page=2", "Results"),
        ("collections/my-cats?year=2024", "/collections/my-cats/?year=2024", "Collection"),
    ],
)
def test_a_trail_leads_back_and_writes_itself_again(text, back, words):
    trail = trail_from(text)
    assert (trail.back_url, trail.back_words, str(trail)) == (back, words, text)


@pytest.mark.parametrize(
    "junk",
    ["", "x", "/", "//evil.example", "https://evil.example", "collections/", "collections/a/b",
     "collections/../x", "javascript:alert(1)", "browse/", "BROWSE", "admin?x=1"],
)  # fmt: skip
def test_anything_else_is_no_trail(junk):
    assert trail_from(junk) is None


def test_parameters_are_written_anew_so_that_nothing_rides_along():
    trail = trail_from('browse?tag="><script>&x=\r\nSet-Cookie: a')
    assert "<" not in trail.back_url
    assert "\n" not in trail.back_url


def test_an_endless_trail_is_cut():
    assert len(str(trail_from("search?q=" + "x" * 100_000))) < 2100


def test_the_trail_of_a_query_is_its_canonical_address():
    query = SearchQuery.from_params({"q": "cat", "page": "3", "junk": "x"})
    assert search_trail(query) == "search?q=cat&page=3"
    assert str(Trail(place="search", params="")) == "search"
