"""Filter options: only those that lead to pictures the viewer may see, with their counts."""

from datetime import UTC, date, datetime
from importlib import import_module

import pytest

from gallery.browsing import FacetChoice, collection_facets, facets
from gallery.search import Filters, matching_images
from tests.factories import make_collection, make_image

# The package exports a function of the same name.
MODULE = import_module("gallery.browsing.facets")

NOON = datetime(2024, 5, 12, 12, tzinfo=UTC)
WIDE, TALL, EVEN = (640, 480), (480, 640), (600, 600)


def counts(choices):
    """Return the number of pictures by value, in display order."""
    return {choice.value: choice.pictures for choice in choices}


def add(collection, *tags, year=2024, size=WIDE, **fields):
    """Create a picture with these tags, of a year and a shape."""
    return make_image(
        collection, tags=list(tags), taken_at=NOON.replace(year=year),
        width=size[0], height=size[1], **fields,
    )  # fmt: skip


@pytest.fixture
def garden(public, owner):
    """Create two collections with four pictures that differ in tags, years and shapes."""
    add(public, "cat", "grey", year=2024, size=WIDE)
    add(public, "cat", year=2021, size=TALL)
    add(public, "dog", year=2021, size=WIDE)
    other = make_collection(owner, "Trips", visibility="public")
    add(other, "cat", "sea", year=2019, size=EVEN)
    return other


@pytest.fixture
def few_are_counted(monkeypatch):
    """Stop counting after two pictures."""
    monkeypatch.setattr(MODULE, "MAX_COUNTED", 2)


def test_everything_is_counted_without_filters(garden):
    found = facets(None, filters=Filters())
    assert counts(found.collections) == {"public": 3, "trips": 1}
    assert counts(found.tags) == {"cat": 3, "dog": 1, "grey": 1, "sea": 1}
    assert next(iter(counts(found.tags))) == "cat"
    assert list(counts(found.years).items()) == [("2024", 1), ("2021", 2), ("2019", 1)]
    assert list(counts(found.orientations).items()) == [
        ("landscape", 2), ("portrait", 1), ("square", 1),
    ]  # fmt: skip
    assert found.collections[0].label == "Public"


def test_a_collection_narrows_all_facets_but_collections(garden):
    found = facets(None, filters=Filters(collections=("public",)))
    assert counts(found.collections) == {"public": 3, "trips": 1}
    assert counts(found.tags) == {"cat": 2, "dog": 1, "grey": 1}
    assert counts(found.years) == {"2024": 1, "2021": 2}
    assert counts(found.orientations) == {"landscape": 2, "portrait": 1}


def test_a_tag_narrows_the_other_tags_too(garden):
    found = facets(None, filters=Filters(tags=("grey",)))
    assert counts(found.collections) == {"public": 1}
    assert counts(found.tags) == {"grey": 1, "cat": 1}
    assert counts(found.years) == {"2024": 1}
    assert counts(found.orientations) == {"landscape": 1}


@pytest.mark.parametrize(
    "dates",
    [
        {"year": 2021},
        {"taken_from": date(2021, 1, 1), "taken_to": date(2021, 12, 31)},
    ],
)
def test_dates_narrow_all_facets_but_years(garden, dates):
    found = facets(None, filters=Filters(**dates))
    assert counts(found.collections) == {"public": 2}
    assert counts(found.tags) == {"cat": 1, "dog": 1}
    assert counts(found.years) == {"2024": 1, "2021": 2, "2019": 1}
    assert counts(found.orientations) == {"landscape": 1, "portrait": 1}


def test_an_orientation_narrows_all_facets_but_orientations(garden):
    found = facets(None, filters=Filters(orientation="square"))
    assert counts(found.collections) == {"trips": 1}
    assert counts(found.tags) == {"cat": 1, "sea": 1}
    assert counts(found.years) == {"2019": 1}
    assert counts(found.orientations) == {"landscape": 2, "portrait": 1, "square": 1}


def test_every_choice_finds_as_many_pictures_as_its_count(garden):
    chosen = Filters(tags=("cat",), collections=("public",))
    found = facets(None, filters=chosen)
    for choice in found.years:
        filters = Filters(tags=("cat",), collections=("public",), year=int(choice.value))
        assert matching_images(filters, viewer=None).count() == choice.pictures > 0
    for choice in found.orientations:
        filters = Filters(tags=("cat",), collections=("public",), orientation=choice.value)
        assert matching_images(filters, viewer=None).count() == choice.pictures > 0
    for choice in found.tags:
        filters = Filters(tags=("cat", choice.value), collections=("public",))
        assert matching_images(filters, viewer=None).count() == choice.pictures > 0


def test_a_chosen_value_stays_even_if_it_finds_nothing(garden):
    filters = Filters(collections=("trips",), tags=("lion",), year=2020, orientation="portrait")
    found = facets(None, filters=filters)
    assert counts(found.collections) == {"trips": 0}
    assert counts(found.tags) == {"lion": 0}
    assert counts(found.years) == {"2020": 0}
    assert counts(found.orientations) == {"portrait": 0}


def test_only_what_the_viewer_may_see_is_counted(public, owner, stranger):
    private = make_collection(owner, "Secret")
    add(public, "cat")
    add(private, "cat", "plan", year=2019, size=TALL)
    add(public, "gone", year=2010, size=EVEN, deleted_at=NOON)
    theirs = facets(stranger, filters=Filters(collections=("secret",), tags=()))
    assert theirs.tags == theirs.years == theirs.orientations == ()
    assert counts(theirs.collections) == {"public": 1}
    theirs, own = facets(stranger, filters=Filters()), facets(owner, filters=Filters())
    assert counts(theirs.tags) == {"cat": 1}
    assert counts(theirs.years) == {"2024": 1}
    assert counts(theirs.orientations) == {"landscape": 1}
    assert counts(own.collections) == {"public": 1, "secret": 1}
    assert counts(own.tags) == {"cat": 2, "plan": 1}
    assert counts(own.years) == {"2024": 1, "2019": 1}


def test_without_a_visible_collection_nothing_is_offered(owner):
    add(make_collection(owner, "Secret"), "cat")
    found = facets(None, filters=Filters())
    assert (found.collections, found.tags, found.years, found.orientations) == ((), (), (), ())


def test_a_collection_offers_values_of_its_own_live_pictures(public, owner):
    elsewhere = make_collection(owner)
    add(public, "cat")
    add(public, "gone", year=2010, deleted_at=NOON)
    add(elsewhere, "dog", year=2011, size=TALL)
    found = collection_facets(public, filters=Filters(year=2024))
    assert found.collections == ()
    assert counts(found.tags) == {"cat": 1}
    assert counts(found.years) == {"2024": 1}
    assert counts(found.orientations) == {"landscape": 1}


def test_a_collection_without_pictures_offers_nothing(public):
    found = collection_facets(public, filters=Filters())
    assert (found.tags, found.years, found.orientations) == ((), (), ())


def test_years_use_the_sites_time_zone(public, settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    make_image(public, taken_at=datetime(2023, 12, 31, 20, tzinfo=UTC))
    assert counts(facets(None, filters=Filters()).years) == {"2024": 1}


def test_a_year_counts_pictures_without_a_date_by_when_they_were_added(public):
    make_image(public, taken_at=None, created_at=NOON)
    assert counts(facets(None, filters=Filters()).years) == {"2024": 1}


def test_the_most_frequent_tags_are_offered_with_all_chosen_ones(public, monkeypatch):
    monkeypatch.setattr(MODULE, "MAX_TAGS_OFFERED", 2)
    add(public, "rare", "sea")
    add(public, "sea", "sand")
    add(public, "sea", "sand")
    assert counts(facets(None, filters=Filters()).tags) == {"sea": 3, "sand": 2}
    found = facets(None, filters=Filters(tags=("sand", "sea", "rare")))
    assert counts(found.tags) == {"rare": 0, "sand": 0, "sea": 0}
    add(public, "a", "b", "rare", "sea")
    chosen = facets(None, filters=Filters(tags=("sea", "rare")))
    assert counts(chosen.tags)["sea"] == counts(chosen.tags)["rare"] == 2


def test_the_newest_years_are_offered_and_the_chosen_one(public, monkeypatch):
    monkeypatch.setattr(MODULE, "MAX_YEARS_OFFERED", 2)
    for year in (2024, 2020, 1830):
        add(public, year=year)
    assert list(counts(facets(None, filters=Filters()).years)) == ["2024", "2020"]
    found = facets(None, filters=Filters(year=1830))
    assert list(counts(found.years).items()) == [("2024", 1), ("2020", 1), ("1830", 1)]


def test_counts_that_stop_early_are_lower_bounds(garden, few_are_counted, public):
    add(public, "cat", "grey", created_at=NOON.replace(year=2999))
    found = facets(None, filters=Filters())
    assert [one.is_at_least for one in found.tags] == [True] * len(found.tags)
    assert sum(one.pictures for one in found.collections) == 2
    assert found.tags[0] == FacetChoice(value="cat", label="cat", pictures=2, is_at_least=True)


def test_choices_beyond_the_pictures_counted_are_found(garden, few_are_counted, owner):
    make_collection(owner, "Empty", visibility="public")
    found = facets(None, filters=Filters(tags=("cat",)))
    assert set(counts(found.collections)) == {"public", "trips"}
    assert set(counts(found.years)) == {"2024", "2021", "2019"}
    assert all(one.pictures for one in (*found.collections, *found.years))
    assert all(one.is_at_least for one in (*found.collections, *found.years))


def test_a_chosen_year_without_pictures_is_zero_however_many_are_counted(garden, few_are_counted):
    found = facets(None, filters=Filters(year=1999))
    assert found.years[-1] == FacetChoice(value="1999", label="1999", pictures=0)


def test_a_chosen_orientation_of_older_pictures_only_is_at_least_zero(public, few_are_counted):
    for size in (EVEN, WIDE, WIDE):
        add(public, size=size)
    square = facets(None, filters=Filters(orientation="square")).orientations[-1]
    assert (square.value, square.pictures, square.is_at_least) == ("square", 0, True)


def test_the_number_of_queries_does_not_grow_with_the_library(public, django_assert_num_queries):
    for number in range(12):
        add(public, f"tag{number}", year=2000 + number)
    filters = Filters(collections=("public",), tags=("tag1",), year=2001, orientation="landscape")
    for one in (Filters(), filters):
        with django_assert_num_queries(5):
            facets(None, filters=one)
        with django_assert_num_queries(3):
            collection_facets(public, filters=one)


def test_a_large_library_takes_a_fixed_number_of_extra_queries(
    garden, few_are_counted, django_assert_max_num_queries
):
    with django_assert_max_num_queries(9):
        facets(None, filters=Filters())
