"""Filters on offer: only what is there and what the viewer may see."""

from datetime import UTC, datetime

from gallery.browsing import collection_facets, facets
from tests.factories import make_collection, make_image

NOON = datetime(2024, 5, 12, 12, tzinfo=UTC)


def test_only_what_the_viewer_may_see_is_offered(public, owner, stranger):
    private = make_collection(owner, "Secret")
    make_image(public, tags=["cat"], taken_at=NOON)
    make_image(private, tags=["plan"], taken_at=NOON.replace(year=2019))
    make_image(public, tags=["gone"], deleted_at=NOON)
    theirs, own = facets(stranger), facets(owner)
    assert theirs.collections == (("public", "Public"),)
    assert theirs.tags == ("cat",)
    assert theirs.years == (2024,)
    assert own.tags == ("cat", "plan")
    assert own.years == (2024, 2023, 2022, 2021, 2020, 2019)


def test_a_collection_offers_what_its_own_live_pictures_have(public, owner):
    elsewhere = make_collection(owner)
    make_image(public, tags=["cat"], taken_at=NOON)
    make_image(public, tags=["gone"], taken_at=NOON.replace(year=2010), deleted_at=NOON)
    make_image(elsewhere, tags=["dog"], taken_at=NOON.replace(year=2011))
    found = collection_facets(public)
    assert (found.collections, found.tags, found.years) == ((), ("cat",), (2024,))


def test_a_collection_without_pictures_offers_nothing(public):
    found = collection_facets(public)
    assert (found.tags, found.years) == ((), ())


def test_years_are_those_of_the_sites_calendar(public, settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    make_image(public, taken_at=datetime(2023, 12, 31, 20, tzinfo=UTC))
    assert facets(None).years == (2024,)


def test_years_end_with_a_cameras_wild_guess(public):
    make_image(public, taken_at=NOON)
    make_image(public, taken_at=NOON.replace(year=1830))
    years = facets(None).years
    assert years[0] == 2024
    assert len(years) == 60


def test_the_cost_does_not_grow_with_the_pictures(public, django_assert_num_queries):
    for number in range(12):
        make_image(public, tags=[f"tag{number}"])
    with django_assert_num_queries(4):
        facets(None)
    with django_assert_num_queries(3):
        collection_facets(public)
