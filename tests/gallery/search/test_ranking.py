"""The list that pages are slices of: its order, its layers, its numbers."""

import pytest

from gallery.search import ranking
from gallery.search.calibration import Cutoffs
from gallery.search.fulltext import TextMatch
from gallery.search.query import Filters, SearchQuery
from gallery.search.ranking import Ranked, Ranking, fuse_candidates, rank_images
from gallery.search.scope import Scope
from gallery.search.target import build_target
from gallery.vectors import Neighbour
from searchsite import env
from tests.gallery.search.conftest import make_background

CUTOFFS = Cutoffs(strong=0.5, fair=0.3)


def ranked(strengths, *, is_whole=True):
    """A ranking of results with these strengths: s, f and w."""
    names = {"s": "strong", "f": "fair", "w": "weak"}
    results = tuple(Ranked(pk, 0.1, False, names[s]) for pk, s in enumerate(strengths))
    return Ranking(results=results, is_whole=is_whole, cutoffs=CUTOFFS)


def strengths(results):
    """Their first letters."""
    return "".join(result.strength[0] for result in results)


def test_marks_never_rise_down_the_list():
    nearest = [Neighbour(n, f"n{n}", score) for n, score in enumerate((0.6, 0.55, 0.4, 0.2, 0.1))]
    texts = [TextMatch(9, "t9", False), TextMatch(4, "n4", False), TextMatch(8, "t8", True)]
    results = fuse_candidates(nearest, texts, cutoffs=CUTOFFS)
    assert strengths(results) == "sssfffw"
    assert {r.image_id for r in results[:3]} == {0, 1, 8}
    assert results[-1].image_id == 3


def test_within_a_strength_the_fused_order_holds():
    nearest = [Neighbour(1, "a", 0.9), Neighbour(2, "b", 0.8), Neighbour(3, "c", 0.7)]
    results = fuse_candidates(nearest, [TextMatch(3, "c", False)], cutoffs=CUTOFFS)
    assert [r.image_id for r in results] == [3, 1, 2]


def test_of_copies_the_one_with_the_exact_name_is_shown():
    texts = [TextMatch(5, "a", True), TextMatch(7, "a", False)]
    results = fuse_candidates([Neighbour(9, "a", 0.1)], texts, cutoffs=CUTOFFS)
    assert [(r.image_id, r.strength) for r in results] == [(5, "strong")]


@pytest.mark.parametrize(
    ("start", "size", "expected"),
    [
        (0, 3, (3, True)),
        (3, 3, (0, True)),
        (2, 2, (1, True)),
        (5, 2, (0, False)),
        (4, 2, (0, True)),
    ],
)
def test_a_window_has_the_index_of_its_first_weak_result_and_whether_more_follow(
    start, size, expected
):
    window = ranked("ssfwwww").window(start, size=size)
    assert (window.weak_from, window.has_next) == expected
    assert len(window.results) == min(size, 7 - start)


def test_no_page_follows_one_that_ends_with_the_last_result():
    assert not ranked("ssff").window(2, size=2).has_next
    assert not ranked("ssff").window(0, size=4).has_next
    assert ranked("ssff").window(0, size=3).has_next


@pytest.mark.parametrize(
    ("letters", "is_whole", "expected"),
    [
        ("ssfww", True, (3, False, 2, True)),
        ("ssfww", False, (3, False, None, True)),
        ("ssss", False, (4, True, None, False)),
        ("ssss", True, (4, False, 0, False)),
        ("ffw", True, (2, False, 1, False)),
        ("ww", True, (0, False, 2, False)),
        ("", True, (0, False, 0, False)),
    ],
)
def test_the_tally(letters, is_whole, expected):
    tally = ranked(letters, is_whole=is_whole).tally()
    assert (tally.good, tally.more_good, tally.less_likely, tally.has_grades) == expected


@pytest.fixture
def layers(monkeypatch):
    """Two results in the head, six in all."""
    monkeypatch.setattr(ranking, "HEAD_RESULTS", 2)
    monkeypatch.setattr(ranking, "MAX_RESULTS", 6)


def rank(scores, *, needed, monkeypatch, public, searchable=20):
    """The ranking of pictures that score this, as a large library gives it."""
    make_background(public, searchable)
    found = [Neighbour(pk, f"{pk}", score) for pk, score in enumerate(scores)]
    monkeypatch.setattr(
        ranking, "nearest_candidates", lambda vector, *, scope, images, limit: found[:limit]
    )
    scope = Scope.of(None, filters=Filters())
    monkeypatch.setattr(Scope, "cutoffs", lambda self, vector, *, kind, best: CUTOFFS)
    query = SearchQuery(words="red")
    target = build_target(query, scope=scope)
    return rank_images(query, scope=scope, target=target, images=scope.images, needed=needed)


def test_behind_a_weak_one_everything_is_weak(public, layers, monkeypatch):
    found = rank((0.6, 0.2, 0.9, 0.4, 0.1), needed=5, monkeypatch=monkeypatch, public=public)
    assert strengths(found.results) == "swwww"


def test_behind_a_fair_one_nothing_is_strong(public, layers, monkeypatch):
    found = rank((0.6, 0.4, 0.9, 0.4, 0.1), needed=5, monkeypatch=monkeypatch, public=public)
    assert strengths(found.results) == "sfffw"


def test_good_ones_continue_beyond_the_head(public, layers, monkeypatch):
    found = rank((0.9, 0.8, 0.7, 0.6, 0.1), needed=5, monkeypatch=monkeypatch, public=public)
    assert strengths(found.results) == "ssssw"


def test_a_list_that_ends_before_its_bound_is_whole(public, layers, monkeypatch):
    found = rank((0.9,) * 5, needed=5, monkeypatch=monkeypatch, public=public)
    assert found.is_whole
    assert found.window(0, size=9).total == 5


def test_a_list_as_long_as_its_bound_is_not_known_to_be_whole(public, layers, monkeypatch):
    found = rank((0.9,) * 9, needed=6, monkeypatch=monkeypatch, public=public)
    assert not found.is_whole
    assert len(found.results) == 6
    assert found.window(0, size=9).total is None


def test_the_head_alone_is_enough_for_the_first_page(public, layers, monkeypatch):
    found = rank((0.9,) * 9, needed=2, monkeypatch=monkeypatch, public=public)
    assert len(found.results) == 2
    assert found.tally().more_good


def test_a_library_that_fits_into_one_list_is_whole_at_once(public, layers, monkeypatch):
    """Of exactly as many pictures as the bound, none is left for a tail."""
    found = rank((0.9,) * 6, needed=2, monkeypatch=monkeypatch, public=public, searchable=6)
    assert found.is_whole
    assert found.window(0, size=2).total == 6
    larger = rank((0.9,) * 7, needed=2, monkeypatch=monkeypatch, public=public, searchable=1)
    assert not larger.is_whole
    assert len(larger.results) == 2


def test_the_depths_are_those_that_were_measured():
    """The head is two pages; what a search says of its end names the other number."""
    assert (ranking.HEAD_RESULTS, ranking.MAX_RESULTS) == (120, 1000)
    (page,) = (setting for setting in env.SETTINGS if setting.name == "SEARCH_PAGE_SIZE")
    assert 2 * int(page.default) == ranking.HEAD_RESULTS
