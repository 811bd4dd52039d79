"""What browse pages read: every picture once in order, neighbours, filters on offer, examples."""

from datetime import UTC, datetime, timedelta

import pytest

from gallery.browsing import (
    coverage,
    example_queries,
    facets,
    newest_neighbours,
    newest_slice,
)
from gallery.ingest.sample_library import SAMPLES
from gallery.models import Image, Visibility
from tests.factories import TINY_DIMENSION, make_collection, make_image

NOON = datetime(2024, 5, 12, 12, tzinfo=UTC)
VECTOR = [1.0] + [0.0] * (TINY_DIMENSION - 1)


@pytest.fixture
def public(owner):
    """A collection that anyone may see."""
    return make_collection(owner, "Public", visibility=Visibility.PUBLIC)


def walk(size):
    """All primary keys, page by page."""
    found, after = [], ""
    while True:
        part = newest_slice(Image.objects.all(), after=after, size=size)
        found += [image.pk for image in part.images]
        after = part.next_after
        if not after:
            return found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_pages_hold_every_picture_once_newest_first(public, size):
    # Pictures of one upload share their moment; the key decides between them.
    made = [make_image(public, created_at=NOON + timedelta(seconds=n // 3)) for n in range(7)]
    assert walk(size) == [image.pk for image in reversed(made)]


def test_a_picture_that_arrives_while_paging_neither_repeats_nor_hides_one(public):
    made = [make_image(public, created_at=NOON + timedelta(seconds=n)) for n in range(4)]
    first = newest_slice(Image.objects.all(), after="", size=2)
    make_image(public, created_at=NOON + timedelta(days=1))
    rest = newest_slice(Image.objects.all(), after=first.next_after, size=10)
    assert [i.pk for i in [*first.images, *rest.images]] == [i.pk for i in reversed(made)]


@pytest.mark.parametrize(
    "junk", ["x", "-", "1-", "-1-1", "z-z", "1-" + "f" * 40, "f" * 40 + "-1", "\x00", "1-1-1"]
)
def test_a_place_that_is_junk_starts_at_the_newest(public, junk):
    image = make_image(public)
    assert newest_slice(Image.objects.all(), after=junk, size=5).images == [image]


def test_neighbours_follow_the_browse_order(public):
    made = [make_image(public, created_at=NOON + timedelta(seconds=n // 2)) for n in range(5)]
    keys = [image.pk for image in reversed(made)]
    images = Image.objects.all()
    for place, pk in enumerate(keys):
        before, after = newest_neighbours(images, image=Image.objects.get(pk=pk))
        assert before == (keys[place - 1] if place else None)
        assert after == (keys[place + 1] if place + 1 < len(keys) else None)


def test_coverage_counts_what_the_active_encoder_has_not_embedded(public, encoder):
    make_image(public, vector=VECTOR)
    make_image(public)
    found = coverage(Image.objects.all())
    assert (found.pictures, found.waiting) == (2, 1)


def test_before_an_encoder_is_chosen_everything_waits(public):
    make_image(public)
    assert coverage(Image.objects.all()).waiting == 1


def test_only_what_the_viewer_may_see_is_offered(public, owner, stranger, encoder):
    private = make_collection(owner, "Secret")
    make_image(public, tags=["cat"], taken_at=NOON, caption="grey cat", vector=VECTOR)
    old = NOON.replace(year=2019)
    make_image(private, tags=["plan"], taken_at=old, caption="secret plan", vector=VECTOR)
    make_image(public, tags=["gone"], deleted_at=NOON, caption="gone", vector=VECTOR)
    theirs, own = facets(stranger), facets(owner)
    assert theirs.collections == (("public", "Public"),)
    assert theirs.tags == ("cat",)
    assert theirs.years == (2024,)
    assert example_queries(stranger) == ["grey cat", "cat"]
    assert own.tags == ("cat", "plan")
    assert own.years == (2024, 2023, 2022, 2021, 2020, 2019)
    assert sorted(example_queries(owner)) == ["cat", "grey cat", "plan", "secret plan"]


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


def test_examples_are_what_searchable_captions_are_of(public, encoder):
    for caption in (
        "a red boat",
        "A red boat.",
        "A cup of coffee on a red saucer, on a wooden table.",
        "A sentence that nobody would type into a search box",
        "In the garden",
        "Sitting in the sun",
        "A, b",
        "Harbour.",
    ):
        make_image(public, caption=caption, title="DSC_0012", vector=VECTOR)
    make_image(public, caption="still waiting")
    assert sorted(example_queries(None)) == ["Harbour", "a cup of coffee", "a red boat"]


def test_the_sample_library_invites_with_things_that_are_on_its_pictures(public, encoder):
    for sample in reversed(SAMPLES):
        make_image(public, caption=sample.caption, title=sample.title, vector=VECTOR)
    assert example_queries(None) == [
        "an astronaut",
        "a tabby cat",
        "a cup of coffee",
        "a rocket",
        "a red motorcycle",
        "a tall Chinese temple",
    ]


def test_tags_fill_up_where_captions_are_few(public, encoder):
    make_image(public, caption="Harbour", tags=["boat", "harbour"], vector=VECTOR)
    make_image(public, tags=["boat", "sea", "a tag much longer than one would type"], vector=VECTOR)
    found = example_queries(None)
    assert found[0] == "Harbour"
    assert sorted(found[1:]) == ["boat", "sea"]
    assert len(example_queries(None, limit=2)) == 2
    assert example_queries(None, limit=1) == ["Harbour"]


def test_examples_are_spread_over_the_newest(public, encoder):
    for number in range(30):
        make_image(
            public, caption=f"thing {number}", vector=VECTOR, created_at=NOON + timedelta(number)
        )
    assert example_queries(None, limit=3) == ["thing 29", "thing 19", "thing 9"]


def test_what_the_page_reads_costs_the_same_for_many(public, encoder, django_assert_num_queries):
    for number in range(12):
        make_image(public, tags=[f"tag{number}"], vector=VECTOR)
    with django_assert_num_queries(4):
        facets(None)
    with django_assert_num_queries(1):
        slice_ = newest_slice(Image.objects.all(), after="", size=5)
        assert [image.collection.name for image in slice_.images] == ["Public"] * 5
