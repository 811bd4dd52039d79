"""Trails: what a URL can contain about the list that was left, and where it leads back to."""

import pytest

from gallery.exceptions import EncoderUnavailable
from gallery.models import Visibility
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
def test_a_trail_survives_a_round_trip(text, back, words):
    found = trail_from(text)
    assert (found.list_url(), found.back_from(None).words, str(found)) == (back, words, text)


@pytest.mark.parametrize(
    "invalid",
    ["", "x", "/", "//evil.example", "https://evil.example", "collections/", "collections/a/b",
     "collections/../x", "javascript:alert(1)", "browse/", "BROWSE", "admin?x=1", "~browse",
     "12~", "x~browse", "12.~browse", "1~2~browse", "-1~browse", "1" * 19 + "~browse",
     ".".join("1" * 13) + "~browse"],
)  # fmt: skip
def test_anything_else_is_not_a_trail(invalid):
    assert trail_from(invalid) is None


def test_parameters_are_encoded_again_so_that_nothing_else_gets_in():
    found = trail_from('browse?tag="><script>&x=\r\nSet-Cookie: a')
    assert "<" not in found.list_url()
    assert "\n" not in found.list_url()


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("browse", "/?at={pk}#image-{pk}"),
        ("browse?tag=a+b", "/?tag=a+b&at={pk}#image-{pk}"),
        ("collections/cats?year=2024", "/collections/cats/?year=2024&at={pk}#image-{pk}"),
        ("search?q=cat&page=2", "/search/?q=cat&page=2#image-{pk}"),
        ("7~search?q=cat", "/images/7/?from=search%3Fq%3Dcat#image-{pk}"),
        ("7.8~browse", "/images/8/?from=7~browse#image-{pk}"),
    ],
)
def test_the_back_link_leads_to_the_picture(owner, text, back):
    image = make_image(make_collection(owner, "Cats"))
    assert trail_from(text).back_from(image).url == back.format(pk=image.pk)
    assert str(trail_from(text)) == text


def test_the_back_link_to_a_collection_has_its_name(owner):
    image = make_image(make_collection(owner, "Cats"))
    assert trail_from("collections/cats").back_from(image).words == "Cats"
    assert trail_from("collections/dogs").back_from(image).words == "Collection"


def test_similar_pictures_are_followed_step_by_step_and_back(owner):
    collection = make_collection(owner)
    first, second = make_image(collection), make_image(collection)
    start = trail_from("browse?tag=a")
    further = start.to_similar_of(first).to_similar_of(second)
    assert str(further) == f"{first.pk}.{second.pk}~browse?tag=a"
    assert further.back_from(None).url.startswith(f"/images/{second.pk}/?from={first.pk}~browse")


def test_the_number_of_steps_back_is_limited(owner):
    image = make_image(make_collection(owner))
    long = trail_from(".".join(str(pk) for pk in range(1, 13)) + "~browse")
    assert long.to_similar_of(image).via == (*range(2, 13), image.pk)


def test_steps_that_the_viewer_may_not_see_are_left_out(owner, stranger, django_assert_num_queries):
    public = make_collection(owner, visibility=Visibility.PUBLIC)
    seen, hidden = make_image(public), make_image(make_collection(owner))
    shared = trail_from(f"{seen.pk}.{hidden.pk}.999999999~browse")
    assert shared.seen_by(stranger).via == (seen.pk,)
    assert shared.seen_by(owner).via == (seen.pk, hidden.pk)
    with django_assert_num_queries(0):
        trail_from("browse").seen_by(stranger)


def test_arrow_keys_follow_the_strip_of_similar_pictures(owner, encoder):
    collection = make_collection(owner)
    first, *strip = (
        make_image(collection, vector=[1.0 - n / 10, n / 10] + [0.0] * 62) for n in range(4)
    )
    from_strip = trail_from("browse").to_similar_of(first)
    before, after = from_strip.neighbours(strip[1], viewer=owner)
    assert (before.pk, after.pk) == (strip[0].pk, strip[2].pk)
    assert before.trail == after.trail == str(from_strip)
    assert from_strip.neighbours(strip[0], viewer=owner)[0] is None
    assert from_strip.neighbours(first, viewer=owner) == (None, None)
    assert trail_from("999999999~browse").neighbours(first, viewer=owner) == (None, None)


def test_an_endless_trail_is_cut():
    assert len(str(trail_from("search?q=" + "x" * 100_000))) < 2100


def test_the_trail_of_a_query_is_its_canonical_address():
    query = SearchQuery.from_params({"q": "cat", "page": "3", "invalid": "x"})
    assert str(search_trail(query)) == "search?q=cat&page=3"
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
