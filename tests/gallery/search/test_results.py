"""What a page of results says of itself holds for every page that a search returns."""

from dataclasses import FrozenInstanceError
from typing import get_args

import pytest

from gallery.search import SearchQuery, run_search
from gallery.search.calibration import Cutoffs
from gallery.search.results import STRENGTHS, Strength
from tests.factories import make_image
from tests.gallery.search.conftest import make_background, make_coloured

SIZE = 7


@pytest.fixture
def pages(public):
    """Every page of a search for red in a library with good, fair and weak answers."""
    make_background(public, 20)
    for number in range(4):
        make_coloured(public, seed=number, red=1)
    make_coloured(public, red=1, grey=0.8)
    make_coloured(public, grey=1, fields={"caption": "A red balloon"})
    make_image(public, title="Red")
    make_image(public)
    found, number = [], 1
    while not found or found[-1].has_next:
        query = SearchQuery(words="red", page=number)
        found.append(run_search(query, viewer=None, page_size=SIZE))
        number += 1
    return found


def hits_of(pages):
    return [hit for page in pages for hit in page.hits]


def test_strengths_are_listed_best_first():
    assert set(STRENGTHS) == set(get_args(Strength))
    cutoffs = Cutoffs(strong=0.8, fair=0.5)
    assert tuple(cutoffs.judge(score) for score in (0.9, 0.6, 0.1)) == STRENGTHS


def test_ranks_count_from_one_across_all_pages(pages):
    assert [hit.rank for hit in hits_of(pages)] == list(range(1, pages[0].total + 1))
    assert len({hit.image.pk for hit in hits_of(pages)}) == pages[0].total


def test_every_page_but_the_last_is_full_and_knows_its_neighbours(pages):
    assert len(pages) == 4
    assert [len(page.hits) for page in pages[:-1]] == [SIZE] * 3
    assert [page.has_previous for page in pages] == [False, True, True, True]
    assert [page.has_next for page in pages] == [True, True, True, False]


def test_the_line_is_drawn_at_the_first_weak_one_of_each_page(pages):
    for page in pages:
        weak = [index for index, hit in enumerate(page.hits) if hit.strength == "weak"]
        assert page.weak_from == (weak[0] if weak else None)
    assert pages[-1].weak_from == 0


def test_strengths_never_rise_with_the_rank(pages):
    order = [STRENGTHS.index(hit.strength) for hit in hits_of(pages)]
    assert order == sorted(order)
    assert set(order) == {0, 1, 2}


def test_counts_are_of_all_pages_together(pages):
    good = sum(hit.strength != "weak" for hit in hits_of(pages))
    for page in pages:
        assert page.total == 27
        assert (page.searched, page.waiting) == (26, 2)
    assert pages[-1].good == good
    assert pages[-1].less_likely == 27 - good
    assert not pages[-1].more_good
    assert pages[-1].has_grades


def test_scores_are_similarities_and_zero_without_a_vector(pages):
    for hit in hits_of(pages):
        assert -1 <= hit.score <= 1
    (waiting,) = (hit for hit in hits_of(pages) if hit.image.title == "Red")
    assert (waiting.score, waiting.matched) == (0, ("words",))


def test_what_matches_is_said_of_every_good_result(pages):
    for hit in hits_of(pages):
        assert bool(hit.matched) == (hit.strength != "weak")
        in_words = "red" in f"{hit.image.title} {hit.image.caption}".lower()
        assert ("words" in hit.matched) == in_words


def test_a_search_by_filters_alone_has_no_line_and_no_marks(public):
    for _ in range(3):
        make_image(public, tags=["cat"])
    page = run_search(SearchQuery.from_params({"tag": "cat"}), viewer=None)
    assert (page.weak_from, page.good, page.less_likely) == (None, None, None)
    assert not page.more_good
    assert not page.has_grades
    assert {hit.score for hit in page.hits} == {0.0}
    assert {hit.matched for hit in page.hits} == {()}


def test_results_are_values(pages):
    with pytest.raises(FrozenInstanceError):
        pages[0].hits[0].rank = 2
    with pytest.raises(FrozenInstanceError):
        pages[0].total = 0
