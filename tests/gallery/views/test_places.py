"""The position of a list in its URL, and the pictures shown there."""

from types import SimpleNamespace

import pytest
from django.http import QueryDict

from gallery.browsing import Position
from gallery.models import Image
from gallery.views.places import anchor_of, list_context, place_pairs, position_from
from tests.factories import make_collection, make_image


@pytest.mark.parametrize(
    ("query", "position"),
    [
        ("", Position()),
        ("at=12", Position(at=12)),
        ("at=twelve", Position()),
        ("at=-1", Position()),
        ("after=abc&before=def", Position(after="abc", before="def")),
    ],
)
def test_a_position_is_read_from_the_url_and_invalid_ones_are_ignored(query, position):
    assert position_from(QueryDict(query)) == position


def test_a_picture_has_an_anchor_and_a_place():
    assert anchor_of(7) == "#image-7"
    assert place_pairs(7) == [("at", "7")]
    assert place_pairs(None) == []


@pytest.fixture
def shown(rf, owner, settings):
    """Return shown("after=…"), which shows a list of five pictures at a position, two per page."""
    settings.SEARCH_PAGE_SIZE = 2
    collection = make_collection(owner)
    pks = [make_image(collection).pk for _ in range(5)][::-1]

    def show(query="", *, htmx=False):
        request = rf.get(f"/?{query}")
        request.user, request.htmx = owner, htmx
        context = list_context(
            request,
            Image.objects.filter(collection=collection),
            address=lambda pairs: "&".join(f"{name}={value}" for name, value in pairs),
        )
        numbers = [pks.index(image.pk) for image in context["images"]]
        return SimpleNamespace(**context, numbers=numbers, pks=pks)

    return show


def test_a_list_is_followed_page_by_page_in_both_directions(shown):
    first = shown()
    assert (first.numbers, first.newer_url, first.first_url) == ([0, 1], "", "")
    second = shown(first.next_url)
    assert (second.numbers, second.goes_up) == ([2, 3], False)
    last = shown(second.next_url)
    assert (last.numbers, last.next_url) == ([4], "")
    back = shown(last.newer_url)
    assert (back.numbers, back.goes_up) == ([2, 3], True)


def test_a_list_opens_around_a_picture(shown):
    around = shown(f"at={shown().pks[3]}")
    assert 3 in around.numbers
    assert around.at == around.pks[3]


def test_a_position_beyond_the_end_shows_the_start_or_nothing_for_htmx(shown):
    second = shown(shown().next_url)
    Image.objects.filter(pk=second.pks[4]).delete()
    assert shown(second.next_url).numbers == [0, 1]
    assert shown(second.next_url, htmx=True).numbers == []
