"""Pictures in order of date: what filters alone let through, and the good ones of a ranking."""

from gallery.search import listing
from gallery.search.calibration import UNJUDGED
from gallery.search.listing import list_images, newest_first
from gallery.search.query import Filters
from gallery.search.ranking import Ranked, Ranking
from gallery.search.scope import Scope
from tests.factories import make_image


def window(start, *, size):
    """One page of everything."""
    scope = Scope.of(None, filters=Filters())
    return list_images(scope, sort="relevance", start=start, size=size)


def test_the_total_counts_what_the_pages_show(public):
    for _ in range(3):
        make_image(public)
    assert window(0, size=2).total == 3
    assert window(0, size=2).has_next
    assert not window(2, size=2).has_next


def test_a_page_that_ends_with_the_last_picture_is_the_last(public):
    for _ in range(4):
        make_image(public)
    assert not window(2, size=2).has_next


def test_results_that_no_page_reaches_are_not_counted(public, monkeypatch):
    monkeypatch.setattr(listing, "MAX_LISTED", 3)
    images = [make_image(public) for _ in range(4)]
    last = window(2, size=2)
    assert [result.image_id for result in last.results] == [images[1].pk]
    assert not last.has_next
    assert last.total is None
    assert window(4, size=2).results == []


def test_as_many_as_the_bound_are_all_reached(public, monkeypatch):
    monkeypatch.setattr(listing, "MAX_LISTED", 3)
    for _ in range(3):
        make_image(public)
    assert window(2, size=2).total == 3


def test_by_date_only_the_good_ones_are_left(public):
    images = [make_image(public) for _ in range(4)]
    strengths = ("fair", "strong", "fair", "weak")
    results = tuple(
        Ranked(image.pk, 0.5, False, strength)
        for image, strength in zip(images, strengths, strict=True)
    )
    found = newest_first(Ranking(results=results, is_whole=False, cutoffs=UNJUDGED))
    assert [r.image_id for r in found.results] == [images[2].pk, images[1].pk, images[0].pk]
    assert found.is_whole
    assert found.weak_from is None
