"""The front page: what it shows to whom, infinite scrolling, filters, and the number of queries."""

import re
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.contrib.auth.models import AnonymousUser

from gallery.models import Image, Visibility
from tests.factories import TINY_DIMENSION, make_collection, make_image

VECTOR = [1.0] + [0.0] * (TINY_DIMENSION - 1)
NOON = datetime(2024, 5, 12, 12, tzinfo=UTC)


@pytest.fixture
def public(owner, encoder):
    """Create a collection that anyone may see."""
    return make_collection(owner, "Public", visibility=Visibility.PUBLIC)


def tiles(response):
    """Return the primary keys of the pictures on the page, in order."""
    return [int(pk) for pk in re.findall(r'<li class="tile [^>]*data-id="(\d+)"', text(response))]


def text(response):
    """Return the page as text."""
    return response.content.decode()


def test_the_newest_pictures_come_first_with_sizes_and_descriptions(client, public):
    older = make_image(public, created_at=NOON, caption="a red boat")
    newer = make_image(public, created_at=NOON + timedelta(days=1), original_name="at_sea.jpg")
    response = client.get("/")
    assert tiles(response) == [newer.pk, older.pk]
    assert 'alt="a red boat"' in text(response)
    assert 'alt="At sea"' in text(response)
    assert 'loading="lazy"' in text(response)


def test_private_pictures_and_their_text_are_visible_only_to_members(client, owner, public):
    secret = make_collection(owner, "Secret things")
    make_image(secret, tags=["plan"], caption="secret plan", vector=VECTOR)
    page = text(client.get("/"))
    assert "secret" not in page.lower()
    assert "plan" not in page
    client.force_login(owner)
    page = text(client.get("/"))
    assert "secret plan" in page
    assert "Private" in page


def test_the_list_continues_with_a_link_and_with_htmx(client, public, settings):
    settings.SEARCH_PAGE_SIZE = 2
    made = [make_image(public, created_at=NOON + timedelta(seconds=n)) for n in range(3)]
    first = client.get("/")
    assert tiles(first) == [made[2].pk, made[1].pk]
    link = re.search(r'href="(/\?after=[^"]+)" rel="next"', text(first))[1]
    rest = client.get(link)
    assert tiles(rest) == [made[0].pk]
    assert "You’ve reached the end." in text(rest)
    assert "Back to the newest" in text(rest)
    fragment = client.get(link, headers={"HX-Request": "true"})
    assert tiles(fragment) == [made[0].pk]
    assert "<html" not in text(fragment)
    assert 'hx-swap-oob="true"' in text(fragment)
    assert "HX-Request" in fragment["Vary"]


def test_a_back_link_opens_the_list_at_the_picture(client, public, settings):
    settings.SEARCH_PAGE_SIZE = 4
    made = [make_image(public, created_at=NOON + timedelta(seconds=n)) for n in range(10)][::-1]
    response = client.get(f"/?at={made[5].pk}")
    assert tiles(response) == [image.pk for image in made[3:9]]
    assert f'id="image-{made[5].pk}"' in text(response)
    assert f'data-at="{made[5].pk}"' in text(response)
    newer = re.search(r'href="(/\?before=[^"]+)" rel="prev"', text(response))[1]
    older = re.search(r'href="(/\?after=[^"]+)" rel="next"', text(response))[1]
    assert tiles(client.get(older)) == [made[9].pk]
    assert tiles(client.get(newer)) == [image.pk for image in made[:3]]
    fragment = client.get(newer, headers={"HX-Request": "true"})
    assert tiles(fragment) == [image.pk for image in made[:3]]
    assert 'id="newer" hx-swap-oob="true"' in text(fragment)
    assert 'id="more"' not in text(fragment)
    assert "Show newer pictures" not in text(fragment)
    assert "Show newer pictures" not in text(client.get("/"))


def test_a_position_beyond_the_end_shows_the_start(client, public, settings):
    settings.SEARCH_PAGE_SIZE = 1
    made = [make_image(public, created_at=NOON + timedelta(seconds=n)) for n in range(2)]
    link = re.search(r'href="(/\?after=[^"]+)" rel="next"', text(client.get("/")))[1]
    made[0].delete()
    assert tiles(client.get(link)) == [made[1].pk]
    assert tiles(client.get(link, headers={"HX-Request": "true"})) == []


def test_filters_narrow_the_list_and_are_kept_in_its_links(client, public, settings):
    settings.SEARCH_PAGE_SIZE = 1
    cats = [make_image(public, tags=["cat"], taken_at=NOON) for _ in range(2)]
    make_image(public, tags=["dog"], taken_at=NOON.replace(year=2020))
    make_image(public, tags=["cat"], taken_at=NOON, width=100, height=400)
    response = client.get("/?tag=cat&year=2024&orientation=landscape")
    assert tiles(response) == [cats[1].pk]
    assert "tag=cat&amp;year=2024&amp;orientation=landscape&amp;after=" in text(response)
    assert 'aria-label="Remove the filter #cat"' in text(response)
    assert "browse%3Ftag%3Dcat" in text(response)


def test_a_filter_menu_keeps_the_other_filters(client, public):
    make_image(public, tags=["cat", "tall"], width=100, height=400)
    page = text(client.get("/?orientation=portrait"))
    assert 'href="/?tag=cat&amp;orientation=portrait"' in page


def test_a_filter_menu_offers_choices_under_the_other_filters_with_counts(client, public):
    for year, tags in ((2024, ["cat"]), (2024, ["cat", "tall"]), (2019, ["dog"])):
        make_image(public, tags=tags, taken_at=NOON.replace(year=year))
    everything, cats = text(client.get("/")), text(client.get("/?tag=cat"))
    assert 'href="/?year=2019"' in everything
    assert "year=2019" not in cats
    assert "tag=dog" not in cats
    entry = re.search(r'<a href="/\?tag=cat&amp;tag=tall">(.*?)</a>', cats, re.DOTALL)[1]
    assert " ".join(re.sub("<.*?>", " ", entry).split()) == "tall 1 1 picture"
    assert "not just the results" not in cats


def test_lower_bounds_are_marked(client, public, monkeypatch):
    monkeypatch.setattr(import_module("gallery.browsing.facets"), "MAX_COUNTED", 2)
    for _ in range(3):
        make_image(public, tags=["cat"])
    page = text(client.get("/"))
    assert ">2+<" in page
    assert "at least 2 pictures" in page
    assert "A plus means at least that many" in page


def test_the_date_form_keeps_the_other_filters(client, public):
    may = make_image(public, tags=["cat"], taken_at=NOON)
    make_image(public, tags=["cat"], taken_at=NOON - timedelta(days=30))
    response = client.get("/?tag=cat&from=2024-05-12&to=2024-05-12")
    assert tiles(response) == [may.pk]
    page = text(response)
    assert '<input type="hidden" name="tag" value="cat">' in page
    assert 'name="from" value="2024-05-12"' in page
    assert 'aria-label="Remove the filter From 12 May 2024"' in page


def test_empty_lists_explain_what_to_do(client, owner, public):
    assert "Sign in to see yours" in text(client.get("/"))
    client.force_login(owner)
    assert "Upload pictures" in text(client.get("/"))
    make_image(public)
    assert "No pictures match these filters" in text(client.get("/?tag=nothing"))


def test_the_page_shows_how_many_pictures_are_not_searchable_yet(client, public):
    make_image(public, vector=VECTOR)
    assert "1 picture, searchable" in text(client.get("/"))
    make_image(public)
    assert "1 of 2 pictures isn’t searchable yet." in re.sub(r"\s+", " ", text(client.get("/")))


def test_examples_lead_to_searches(client, public):
    make_image(public, caption="cats & dogs", vector=VECTOR)
    assert 'href="/search/?q=cats%20%26%20dogs"' in text(client.get("/"))


@pytest.mark.parametrize(
    "address",
    [
        "/?after=junk",
        "/?before=junk",
        "/?at=junk",
        "/?at=-1",
        "/?at=" + "9" * 40,
        "/?at=0",
        "/?year=abc&orientation=round&tag=%00",
        "/?collection=../../etc",
        "/?page=-1",
    ],
)
def test_invalid_parameters_are_ignored_or_find_nothing(client, public, address):
    make_image(public)
    assert client.get(address).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_library(
    client, owner, public, django_assert_num_queries
):
    for number in range(3):
        make_image(public, vector=VECTOR, tags=[f"t{number}"])
    with django_assert_num_queries(9):
        client.get("/")
    for number in range(10):
        make_image(public, vector=VECTOR, tags=[f"u{number}"])
    with django_assert_num_queries(9):
        client.get("/")
    with django_assert_num_queries(1):
        client.get("/", headers={"HX-Request": "true"})
    place = f"/?at={Image.objects.first().pk}"
    with django_assert_num_queries(10):
        client.get(place)
    client.force_login(owner)
    with django_assert_num_queries(13):
        client.get("/")


def test_only_safe_methods_are_allowed(client, db):
    assert client.post("/").status_code == 405


def test_visitors_cannot_see_the_trash(client, public):
    make_image(public, deleted_at=NOON, tags=["gone"])
    page = text(client.get("/"))
    assert "gone" not in page
    assert not Image.objects.visible_to(AnonymousUser()).exists()
