"""What shows the unwanted thing is no result: by words, by pictures, on every path."""

import pytest

from gallery.search import Filters, SearchQuery, run_search
from gallery.search.results import LeftOut
from gallery.vectors import ensure_index
from tests.factories import make_image
from tests.gallery.search.conftest import ids, make_background, make_coloured


def search(words="", *, page_size=200, **fields):
    """The page for a query."""
    return run_search(SearchQuery(words=words, **fields), viewer=None, page_size=page_size)


@pytest.fixture
def library(public):
    """A background, red pictures, and red ones that are blue as well."""
    make_background(public)
    return {
        "red": [make_coloured(public, seed=n, red=1) for n in range(3)],
        "both": [make_coloured(public, seed=n, red=1, blue=1) for n in range(10, 13)],
        "blue": [make_coloured(public, seed=20, blue=1)],
        "named": [make_coloured(public, red=1, fields={"caption": "Something blue and borrowed"})],
    }


def keys(images):
    """Primary keys."""
    return {image.pk for image in images}


@pytest.fixture(params=["exact", "index"])
def path(request, encoder, library, settings):
    """Both ways to the nearest pictures."""
    if request.param == "index":
        ensure_index(encoder)
        settings.SEARCH_EXACT_BELOW = 0
    return request.param


def test_what_shows_the_unwanted_words_is_on_no_page(library, path):
    unwanted = keys(library["both"] + library["blue"] + library["named"])
    wanted = search("red")
    assert unwanted < set(ids(wanted))
    page = search("red", excluded_words=("blue",))
    assert not unwanted & set(ids(page))
    assert keys(library["red"]) < set(ids(page))
    pages = [search("red", excluded_words=("blue",), page=n, page_size=9) for n in range(1, 7)]
    found = [pk for each in pages for pk in ids(each)]
    assert found == ids(page)


def test_what_looks_like_the_unwanted_picture_is_on_no_page(library, path):
    blue = library["blue"][0]
    near = library["both"][0]
    page = search("red", unlike=(blue.pk,))
    assert blue.pk not in ids(page)
    assert near.pk not in ids(page)
    assert keys(library["red"]) < set(ids(page))


def test_what_was_left_out_is_counted(library):
    page = search("red", excluded_words=("blue",))
    assert page.left_out == (LeftOut(kind="words", value="blue", count=5),)
    assert page.total + 5 == page.searched
    assert page.good + page.less_likely == page.total


def test_a_picture_that_shows_two_unwanted_things_counts_once(public, library):
    yellow = make_coloured(public, seed=40, yellow=1)
    make_coloured(public, seed=41, yellow=1, blue=1)
    page = search("red", excluded_words=("blue", "yellow"))
    assert [each.count for each in page.left_out] == [6, 1]
    assert yellow.pk not in ids(page)


def test_large_libraries_are_not_counted(library, settings):
    settings.SEARCH_EXACT_BELOW = 0
    assert search("red", excluded_words=("blue",)).left_out == ()


def test_a_waiting_picture_is_left_out_by_its_text_alone(public, library):
    shown = make_image(public, title="Red kite")
    hidden = make_image(public, title="Red and blue kite")
    found = ids(search("red", excluded_words=("blue",)))
    assert shown.pk in found
    assert hidden.pk not in found


def test_among_few_pictures_only_the_text_decides(public):
    red = make_coloured(public, red=1)
    both = make_coloured(public, red=1, blue=1)
    make_coloured(public, red=1, fields={"title": "blue"})
    page = search("red", excluded_words=("blue",))
    assert ids(page) == [red.pk, both.pk]


def test_nothing_is_left_out_that_does_not_show_it(library):
    page = search("red", excluded_words=("purple",))
    assert [each.count for each in page.left_out] == [0]
    assert page.total == page.searched


def test_a_less_important_unwanted_part_ranks_lower_and_leaves_nothing_out(library, path):
    page = search("red", excluded_words=("blue",), less=("not.blue",))
    assert keys(library["both"] + library["blue"] + library["named"]) < set(ids(page))
    assert page.left_out == ()
    plain = {hit.image.pk: hit.score for hit in search("red").hits}
    scores = {hit.image.pk: hit.score for hit in page.hits}
    assert all(scores[pk] < plain[pk] for pk in keys(library["both"]))


def test_a_more_important_unwanted_part_leaves_out_as_usual(library, path):
    page = search("red", excluded_words=("blue",), more=("not.blue",))
    assert not keys(library["both"] + library["blue"] + library["named"]) & set(ids(page))


def test_less_important_parts_are_not_left_out_beside_others_that_are(library):
    page = search("red", excluded_words=("blue", "yellow"), less=("not.blue",))
    assert [each.value for each in page.left_out] == ["yellow"]
    assert keys(library["both"]) < set(ids(page))


def test_what_shows_the_unwanted_thing_is_judged_by_all_that_the_viewer_sees(public, library, path):
    """Under a filter without anything blue, the bluest of what is left is not blue for that."""
    tinged = make_coloured(public, red=1, blue=0.5, fields={"tags": ["kite"]})
    page = search("red", excluded_words=("blue",), filters=Filters(tags=("kite",)))
    assert ids(page) == [tinged.pk]
