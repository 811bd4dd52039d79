"""Whole searches: what is found, in which order, on which page, and what is said of it."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from gallery.exceptions import InvalidQuery, NoActiveEncoder, NotSearchableYet
from gallery.models import Collection, Encoder, Visibility
from gallery.search import Filters, SearchQuery, run_search, similar_images
from gallery.vectors import ensure_index
from tests.factories import make_collection, make_image
from tests.gallery.search.conftest import colour_vector, ids, make_background, make_coloured


def search(words="", *, viewer=None, page_size=None, **fields):
    """The page for a query."""
    return run_search(SearchQuery(words=words, **fields), viewer=viewer, page_size=page_size)


def test_words_find_the_picture_that_shows_them(public):
    make_background(public)
    red = make_coloured(public, red=1)
    page = search("something red")
    assert page.hits[0].image == red
    assert page.hits[0].strength == "strong"
    assert page.hits[0].matched == ("looks",)
    assert page.hits[0].rank == 1
    assert page.hits[0].score > 0.8
    assert page.encoder == "tiny"


def test_only_the_right_answer_is_strong_and_the_rest_is_folded(public):
    make_background(public)
    make_coloured(public, red=1)
    page = search("red")
    assert [hit.strength for hit in page.hits if hit.strength == "strong"] == ["strong"]
    assert page.weak_from is not None
    assert all(hit.strength == "weak" for hit in page.hits[page.weak_from :])
    assert all(hit.strength != "weak" for hit in page.hits[: page.weak_from])


def test_every_picture_is_on_the_list_and_counted(public):
    make_background(public, 30)
    make_image(public)
    page = search("red")
    assert page.total == 30
    assert page.searched == 30
    assert page.waiting == 1
    assert not page.has_next
    assert not page.has_previous
    assert page.elapsed_ms > 0


def test_text_is_found_where_looks_are_not(public):
    make_background(public)
    named = make_coloured(public, grey=1, fields={"caption": "A gondola in the fog"})
    page = search("gondola")
    assert page.hits[0].image == named
    assert "words" in page.hits[0].matched
    assert page.hits[0].strength != "weak"


def test_a_picture_without_a_vector_is_found_by_its_text(public):
    make_background(public)
    waiting = make_image(public, title="Gondola")
    hit = search("gondola").hits[0]
    assert hit.image == waiting
    assert hit.score == 0.0
    assert hit.matched == ("words",)


@pytest.mark.parametrize("typed", ["IMG_7731", "img 7731", "IMG_7731.jpg", "img-7731"])
def test_file_names_are_found_as_they_are_typed(public, typed):
    make_background(public)
    named = make_coloured(public, grey=1, fields={"original_name": "IMG_7731.jpg"})
    assert search(typed).hits[0].image == named


def test_looks_and_text_together_beat_either(public):
    make_background(public)
    make_coloured(public, red=1)
    make_coloured(public, grey=1, fields={"caption": "red"})
    both = make_coloured(public, red=1, grey=0.3, fields={"caption": "red"})
    hit = search("red").hits[0]
    assert hit.image == both
    assert hit.matched == ("looks", "words")


def test_excluded_words_leave_out_looks_and_text(public):
    make_background(public)
    plain = make_coloured(public, red=1)
    mixed = make_coloured(public, red=1, blue=1)
    named = make_coloured(public, red=1, fields={"caption": "Not blue at all"})
    found = ids(search("red", excluded_words=("blue",)))
    assert named.pk not in found
    assert mixed.pk not in found
    assert found[0] == plain.pk


def test_like_finds_its_neighbours_and_not_itself(public):
    make_background(public)
    asked = make_coloured(public, green=1, blue=0.2)
    near = make_coloured(public, green=1)
    found = ids(search(like=(asked.pk,)))
    assert found[0] == near.pk
    assert asked.pk not in found


def test_unlike_pushes_away(public):
    make_background(public)
    plain = make_coloured(public, red=1)
    mixed = make_coloured(public, red=1, yellow=1)
    yellow = make_coloured(public, yellow=1)
    found = ids(search("red", unlike=(yellow.pk,)))
    assert found[0] == plain.pk
    assert mixed.pk not in found
    assert yellow.pk not in found


def test_words_and_picture_find_what_has_both(public):
    make_background(public)
    asked = make_coloured(public, green=1)
    both = make_coloured(public, green=1, red=1)
    make_coloured(public, red=1)
    make_coloured(public, green=1, cyan=0.3)
    assert search("red", like=(asked.pk,)).hits[0].image == both


@pytest.mark.parametrize(("weight", "colour"), [(1.0, "red"), (0.0, "green")])
def test_the_weight_decides_between_words_and_picture(public, weight, colour):
    make_background(public)
    asked = make_coloured(public, green=1)
    named = {name: make_coloured(public, **{name: 1}, white=0.1) for name in ("red", "green")}
    page = search("red", like=(asked.pk,), words_weight=weight)
    assert page.hits[0].image == named[colour]


@pytest.mark.parametrize(("part", "colour"), [("q", "red"), ("like", "green")])
def test_the_more_important_part_decides_the_order(public, part, colour):
    make_background(public)
    asked = make_coloured(public, green=1)
    both = {
        "red": make_coloured(public, red=1, green=0.7),
        "green": make_coloured(public, red=0.7, green=1),
    }
    name = part if part == "q" else f"{part}.{asked.pk}"
    for weights in (
        {"more": (name,)},
        {"less": ("q",) if part == "like" else (f"like.{asked.pk}",)},
    ):
        page = search("red", like=(asked.pk,), **weights)
        assert page.hits[0].image == both[colour]


def test_the_same_bytes_are_shown_once_the_newest_visible(public, owner):
    make_background(public)
    other = make_collection(owner, "Other", visibility=Visibility.PUBLIC)
    make_coloured(public, red=1, fields={"sha256": "a" * 64})
    newer = make_coloured(other, red=1, fields={"sha256": "a" * 64})
    page = search("red")
    assert [hit.image for hit in page.hits if hit.image.sha256 == "a" * 64] == [newer]
    assert page.total == 41


def test_of_copies_the_one_whose_text_matches_is_shown(public, owner):
    make_background(public)
    other = make_collection(owner, "Other", visibility=Visibility.PUBLIC)
    named = make_coloured(public, red=1, fields={"sha256": "a" * 64, "caption": "red door"})
    make_coloured(other, red=1, fields={"sha256": "a" * 64})
    assert search("red door").hits[0].image == named


def test_copies_of_the_asked_picture_are_no_answer(public, owner):
    make_background(public)
    other = make_collection(owner, "Other", visibility=Visibility.PUBLIC)
    asked = make_coloured(public, red=1, fields={"sha256": "a" * 64})
    copy = make_coloured(other, red=1, fields={"sha256": "a" * 64})
    assert copy.pk not in ids(search(like=(asked.pk,)))
    assert copy not in [hit.image for hit in similar_images(asked, viewer=None)]


def test_trash_is_not_found(public):
    make_background(public)
    red = make_coloured(public, red=1, fields={"deleted_at": timezone.now()})
    page = search("red")
    assert red.pk not in ids(page)
    assert page.searched == 40


def test_pages_hold_everything_once(public):
    make_background(public, 47)
    pages = [search("grey", page=n, page_size=10) for n in range(1, 6)]
    found = [pk for page in pages for pk in ids(page)]
    assert found == ids(search("grey", page_size=100))
    assert len(set(found)) == 47
    assert [page.has_next for page in pages] == [True, True, True, True, False]
    assert [page.has_previous for page in pages] == [False, True, True, True, True]
    assert [page.hits[0].rank for page in pages] == [1, 11, 21, 31, 41]


def test_beyond_the_end_is_empty_and_says_so(public):
    make_background(public, 5)
    page = search("grey", page=99)
    assert page.hits == ()
    assert not page.has_next
    assert "Page 99 doesn’t exist" in page.notice


def test_layers_agree(public, monkeypatch):
    monkeypatch.setattr("gallery.search.ranking.MAX_RESULTS", 30)
    monkeypatch.setattr("gallery.search.ranking.HEAD_RESULTS", 12)
    make_background(public, 50)
    for seed in range(4):
        make_coloured(public, seed=seed, grey=1, fields={"caption": "grey stone"})
    pages = [search("grey stone", page=n, page_size=7) for n in range(1, 8)]
    found = [pk for page in pages for pk in ids(page)]
    assert len(found) == len(set(found))
    assert 30 <= len(found) <= 34
    assert [page.has_next for page in pages[:3]] == [True, True, True]
    assert not pages[-1].has_next
    assert pages[0].total is None


def test_date_order_holds_the_good_ones_only(public):
    make_background(public)
    years = [2019, 2024, 2021]
    reds = [
        make_coloured(public, red=1, white=0.1 * n,
                      fields={"taken_at": datetime(year, 5, 1, tzinfo=UTC)})
        for n, year in enumerate(years)
    ]  # fmt: skip
    page = search("red", sort="date")
    assert ids(page) == [reds[1].pk, reds[2].pk, reds[0].pk]
    assert page.weak_from is None
    assert page.total == 3


def test_date_order_without_a_good_one_says_so(public):
    make_background(public)
    page = search("cyan", sort="date")
    assert page.hits == ()
    assert "relevance" in page.notice


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Gondola race"},
        {"tags": ["gondola race"]},
        {"original_name": "gondola_race.jpg"},
    ],
    ids=["title", "tag", "name"],
)
def test_an_exact_name_is_strong_and_first(public, fields):
    make_background(public)
    named = make_coloured(public, grey=1, fields=fields)
    page = search("gondola race")
    assert page.hits[0].image == named
    assert page.hits[0].strength == "strong"


def test_marks_never_rise_down_the_page(public):
    make_background(public)
    for n in range(5):
        make_coloured(public, seed=n, red=1, white=n / 5)
        make_coloured(public, seed=n, grey=1, fields={"caption": "a red thing"})
    make_coloured(public, grey=1, fields={"title": "red"})
    order = {"strong": 0, "fair": 1, "weak": 2}
    grades = [order[hit.strength] for hit in search("red", page_size=200).hits]
    assert grades == sorted(grades)
    assert set(grades) == {0, 1, 2}


def test_good_and_less_likely_matches_are_counted(public):
    make_background(public)
    reds = [make_coloured(public, red=1, white=0.01 * n) for n in range(3)]
    page = search("red", page_size=2)
    assert page.good == len(reds)
    assert page.less_likely == 40
    assert not page.more_good
    last = search("red", page=2, page_size=2)
    assert (last.good, last.less_likely, last.weak_from) == (3, 40, 1)


def test_filters_alone_match_or_do_not(public):
    make_image(public, tags=["door"])
    page = search(filters=Filters(tags=("door",)))
    assert (page.good, page.less_likely, page.has_grades) == (None, None, False)


def test_a_list_longer_than_its_pages_says_what_it_shows(public, monkeypatch):
    monkeypatch.setattr("gallery.search.listing.MAX_LISTED", 3)
    monkeypatch.setattr("gallery.search.engine.MAX_LISTED", 3)
    for _ in range(4):
        make_image(public, tags=["door"])
    filters = Filters(tags=("door",))
    assert search(filters=filters, page_size=2).notice == ""
    last = search(filters=filters, page=2, page_size=2)
    assert last.total is None
    assert "first 3" in last.notice


def test_a_page_is_bounded(public, monkeypatch):
    monkeypatch.setattr("gallery.search.engine.MAX_PAGE_SIZE", 4)
    make_background(public, 6)
    assert len(search("grey", page_size=5).hits) == 4
    assert len(search("grey", page_size=3).hits) == 3
    assert len(search("grey", page_size=-1).hits) == 1


def test_filters_alone_list_the_newest_first(public):
    older = make_coloured(public, red=1, fields={"tags": ["door"]})
    make_coloured(public, red=1)
    newer = make_image(public, tags=["door"])
    page = search(filters=Filters(tags=("door",)))
    assert ids(page) == [newer.pk, older.pk]
    assert page.total == 2
    assert (page.searched, page.waiting) == (1, 1)
    assert page.weak_from is None


def test_filters_alone_page_through(public):
    for _ in range(5):
        make_image(public, tags=["door"])
    filters = Filters(tags=("door",))
    pages = [search(filters=filters, page=n, page_size=2) for n in (1, 2, 3)]
    assert [len(page.hits) for page in pages] == [2, 2, 1]
    assert [page.has_next for page in pages] == [True, True, False]
    assert len({pk for page in pages for pk in ids(page)}) == 5


def test_filters_alone_by_date_taken(public):
    old = make_image(public, tags=["a"], taken_at=datetime(2001, 1, 1, tzinfo=UTC))
    new = make_image(public, tags=["a"], taken_at=datetime(2011, 1, 1, tzinfo=UTC))
    make_image(public, taken_at=datetime(2021, 1, 1, tzinfo=UTC))
    assert ids(search(filters=Filters(tags=("a",)), sort="date")) == [new.pk, old.pk]


def test_filters_narrow_a_ranking_and_its_counts(public, owner):
    make_background(public)
    other = make_collection(owner, "Other", visibility=Visibility.PUBLIC)
    here = make_coloured(other, red=1)
    make_coloured(public, red=1)
    page = search("red", filters=Filters(collections=("other",)))
    assert ids(page) == [here.pk]
    assert page.hits[0].strength == "strong"
    assert page.searched == 1


def test_an_empty_query_says_what_to_do(encoder):
    with pytest.raises(InvalidQuery) as caught:
        search()
    assert caught.value.reason == "query_empty"


def test_leaving_out_alone_says_what_to_do(encoder):
    with pytest.raises(InvalidQuery) as caught:
        search(excluded_words=("red",))
    assert caught.value.reason == "query_only_unwanted"


def test_wanting_and_leaving_out_the_same_cancels(public):
    make_background(public, 3)
    with pytest.raises(InvalidQuery) as caught:
        search("red", excluded_words=("red",))
    assert caught.value.reason == "query_cancels_itself"


def test_an_unknown_picture_is_named(public):
    with pytest.raises(InvalidQuery) as caught:
        search(like=(987654,))
    assert caught.value.reason == "query_picture_unknown"


def test_a_picture_not_read_yet_asks_for_patience(public):
    waiting = make_image(public)
    with pytest.raises(NotSearchableYet):
        search(like=(waiting.pk,))
    assert similar_images(waiting, viewer=None) == ()


def test_an_expired_picture_asks_to_be_shown_again(public):
    with pytest.raises(InvalidQuery) as caught:
        search(picture="doesnotexist")
    assert caught.value.reason == "query_picture_expired"


def test_without_an_encoder_nothing_can_be_searched(db):
    with pytest.raises(NoActiveEncoder):
        search("red")


def test_an_empty_site_answers_with_nothing(encoder):
    assert not Collection.objects.exists()
    page = search("red")
    assert page.hits == ()
    assert (page.total, page.searched, page.waiting) == (0, 0, 0)
    assert search(filters=Filters(year=2024)).hits == ()


def test_vectors_of_another_encoder_do_not_mix(public):
    make_background(public)
    other = Encoder.objects.create(key="other", dimension=64)
    red = make_image(public, vector=colour_vector(red=1), encoder=other)
    page = search("red")
    assert red.pk not in ids(page)
    assert page.waiting == 1


def test_few_pictures_are_neither_strong_nor_weak(public):
    for colour in ("red", "green", "blue"):
        make_coloured(public, **{colour: 1})
    assert {hit.strength for hit in search("red").hits} == {"fair"}


def test_similar_images_are_ranked_and_bounded(public):
    make_background(public)
    asked = make_coloured(public, red=1)
    near = make_coloured(public, red=1, pink=0.2)
    hits = similar_images(asked, viewer=None, limit=5)
    assert len(hits) == 5
    assert hits[0].image == near
    assert asked not in [hit.image for hit in hits]


def test_copies_do_not_use_up_the_places_of_similar_pictures(public, owner):
    make_background(public, 12)
    other = make_collection(owner, "Other", visibility=Visibility.PUBLIC)
    asked = make_coloured(public, red=1)
    for n in range(4):
        for place in (public, other):
            make_coloured(place, red=1, white=0.1 * n, fields={"sha256": f"{n}" * 64})
    hits = similar_images(asked, viewer=None, limit=4)
    assert [hit.image.sha256[0] for hit in hits] == ["0", "1", "2", "3"]


def test_quotation_marks_bind_words_in_the_text(public):
    make_background(public)
    phrase = make_coloured(public, grey=1, fields={"caption": "the old bridge at night"})
    make_coloured(public, grey=1, fields={"caption": "old houses and a bridge"})
    hits = search('"old bridge"').hits
    assert [h.image.pk for h in hits if "words" in h.matched] == [phrase.pk]


def test_long_words_leave_a_notice(public):
    make_background(public, 3)
    query = SearchQuery.from_params({"q": "red " * 500})
    assert "beginning" in run_search(query, viewer=None).notice


def test_too_many_tags_leave_a_notice(public):
    query = SearchQuery.from_params({"q": "red", "tag": [f"t{number}" for number in range(11)]})
    assert "up to 10 tags" in run_search(query, viewer=None).notice


@pytest.mark.parametrize("words", ["'", '"', "a & | ! ( ) :*", "%s %(x)s {0}", "\\", "<->", "🐈"])
def test_odd_words_do_no_harm(public, words):
    make_background(public, 3)
    assert len(search(words).hits) == 3
    assert len(search("blue", excluded_words=(words,)).hits) == 3


def test_a_page_costs_a_fixed_number_of_queries(public, django_assert_num_queries):
    make_background(public, 60)
    search("red")
    # Encoder, collections, counts, background, nearest, text, rows.
    with django_assert_num_queries(7):
        page = search("red")
        assert {hit.image.collection.name for hit in page.hits} == {"Public"}


def test_large_libraries_answer_by_the_index_alike(public, encoder, settings, monkeypatch):
    make_background(public, 60)
    red = make_coloured(public, red=1)
    exact = search("red", page_size=100)
    ensure_index(encoder)
    settings.SEARCH_EXACT_BELOW = 0
    monkeypatch.setattr("gallery.search.ranking.MAX_RESULTS", 50)
    monkeypatch.setattr("gallery.search.ranking.HEAD_RESULTS", 10)
    pages = [search("red", page=n, page_size=15) for n in range(1, 5)]
    found = [pk for page in pages for pk in ids(page)]
    assert found[0] == red.pk
    assert len(found) == len(set(found)) == 50
    assert len(set(found) & set(ids(exact)[:50])) >= 45
    assert not pages[-1].has_next
    assert "best" in pages[-1].notice


def test_hidden_pictures_stay_hidden_by_the_index(public, private, encoder, settings, owner):
    make_background(public, 30)
    secret = make_coloured(private, red=1)
    ensure_index(encoder)
    settings.SEARCH_EXACT_BELOW = 0
    assert secret.pk not in ids(search("red"))
    assert search("red", viewer=owner).hits[0].image == secret
