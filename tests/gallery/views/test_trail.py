"""Trails: what an address may say of the list one came from, and what it leads back to."""

import pytest

from gallery.exceptions import EncoderUnavailable
from gallery.search import SearchQuery
from gallery.views import trail
from gallery.views.trail import Trail, search_trail, trail_from
from tests.factories import make_collection, make_image


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
    found = trail_from(text)
    assert (found.back_url, found.back_words, str(found)) == (back, words, text)


@pytest.mark.parametrize(
    "junk",
    ["", "x", "/", "//evil.example", "https://evil.example", "collections/", "collections/a/b",
     "collections/../x", "javascript:alert(1)", "browse/", "BROWSE", "admin?x=1"],
)  # fmt: skip
def test_anything_else_is_no_trail(junk):
    assert trail_from(junk) is None


def test_parameters_are_written_anew_so_that_nothing_rides_along():
    found = trail_from('browse?tag="><script>&x=\r\nSet-Cookie: a')
    assert "<" not in found.back_url
    assert "\n" not in found.back_url


def test_an_endless_trail_is_cut():
    assert len(str(trail_from("search?q=" + "x" * 100_000))) < 2100


def test_the_trail_of_a_query_is_its_canonical_address():
    query = SearchQuery.from_params({"q": "cat", "page": "3", "junk": "x"})
    assert search_trail(query) == "search?q=cat&page=3"
    assert str(Trail(place="search", params="")) == "search"


def test_a_search_that_fails_on_the_next_page_ends_the_trail(owner, encoder, settings, monkeypatch):
    settings.SEARCH_PAGE_SIZE = 1
    collection = make_collection(owner)
    for _ in range(2):
        make_image(collection, vector=[1.0] + [0.0] * 63)
    answer = trail.run_search
    place = trail_from(f"search?collection={collection.slug}")
    shown = answer(SearchQuery.from_params({"collection": collection.slug}), viewer=owner)

    def failing(query, *, viewer):
        if query.page > 1:
            raise EncoderUnavailable("Its weights are gone.")
        return answer(query, viewer=viewer)

    assert place.neighbours(shown.hits[0].image, viewer=owner)[1] is not None
    monkeypatch.setattr(trail, "run_search", failing)
    assert place.neighbours(shown.hits[0].image, viewer=owner) == (None, None)
