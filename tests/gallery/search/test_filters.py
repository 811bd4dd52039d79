"""Each filter lets through what it says, and only of what the viewer may see."""

from datetime import UTC, date, datetime

import pytest
from django.test import override_settings
from django.utils import timezone

from gallery.models import Image
from gallery.search.filters import filter_images, images_in, matching_images, visible_collections
from gallery.search.query import Filters
from tests.factories import make_image


def names(filters, viewer=None):
    """Titles of what matches."""
    return {image.title for image in matching_images(filters, viewer=viewer)}


@pytest.fixture
def dated(public):
    """Taken in 2019, taken at the turn of 2020, and added in 2021 without a date."""
    make_image(public, title="2019", taken_at=datetime(2019, 7, 1, tzinfo=UTC))
    make_image(public, title="turn", taken_at=datetime(2019, 12, 31, 23, 30, tzinfo=UTC))
    make_image(public, title="2021", created_at=datetime(2021, 3, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(year=2019), {"2019", "turn"}),
        (Filters(year=2020), set()),
        (Filters(year=2021), {"2021"}),
        (Filters(year=1), set()),
        (Filters(year=9998), set()),
        (Filters(taken_from=date(2019, 12, 31)), {"turn", "2021"}),
        (Filters(taken_to=date(2019, 12, 31)), {"2019", "turn"}),
        (Filters(taken_to=date(2019, 12, 30)), {"2019"}),
        (Filters(taken_from=date(2020, 1, 1), taken_to=date(2019, 1, 1)), set()),
        (Filters(taken_from=date.min, taken_to=date.max), {"2019", "turn", "2021"}),
        (Filters(taken_from=date.max, taken_to=date.min), set()),
        (Filters(year=2019, taken_from=date(2019, 12, 1)), {"turn"}),
    ],
)
def test_dates(dated, filters, expected):
    assert names(filters) == expected


def test_a_year_ends_with_its_last_moment(public):
    last = datetime(2019, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    make_image(public, title="last", taken_at=last)
    make_image(public, title="first", taken_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert names(Filters(year=2019)) == {"last"}
    assert names(Filters(year=2020)) == {"first"}
    assert names(Filters(taken_to=date(2019, 12, 31))) == {"last"}
    assert names(Filters(taken_from=date(2020, 1, 1))) == {"first"}


def test_days_are_those_of_the_sites_calendar(dated):
    with override_settings(TIME_ZONE="Europe/Berlin"), timezone.override("Europe/Berlin"):
        assert names(Filters(year=2020)) == {"turn"}


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("landscape", {"wide"}),
        ("portrait", {"tall"}),
        ("square", {"square", "nearly"}),
    ],
)
def test_orientation(public, shape, expected):
    sizes = {"wide": (400, 300), "tall": (300, 400), "square": (300, 300), "nearly": (1000, 990)}
    for title, (width, height) in sizes.items():
        make_image(public, title=title, width=width, height=height)
    assert names(Filters(orientation=shape)) == expected


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((1020, 1000), "square"),
        ((1021, 1000), "landscape"),
        ((1000, 1020), "square"),
        ((1000, 1021), "portrait"),
    ],
)
def test_a_square_may_be_off_by_two_in_a_hundred(public, size, shape):
    make_image(public, title="it", width=size[0], height=size[1])
    for orientation in ("landscape", "portrait", "square"):
        expected = {"it"} if orientation == shape else set()
        assert names(Filters(orientation=orientation)) == expected


def test_tags_must_all_be_there(public):
    make_image(public, title="both", tags=["sea", "sun"])
    make_image(public, title="one", tags=["sea"])
    assert names(Filters(tags=("sea",))) == {"both", "one"}
    assert names(Filters(tags=("sea", "sun"))) == {"both"}


def test_collections_are_alternatives_and_must_be_visible(public, private, owner):
    make_image(public, title="public")
    make_image(private, title="private")
    both = Filters(collections=("public", "private"))
    assert names(both) == {"public"}
    assert names(both, viewer=owner) == {"public", "private"}
    assert names(Filters(collections=("private",))) == set()
    assert names(Filters(collections=("nowhere",)), viewer=owner) == set()


@pytest.mark.parametrize("who", [None, "owner"])
def test_the_two_ways_to_the_same_set_agree(public, private, owner, who):
    viewer = owner if who else None
    make_image(public, tags=["a"])
    make_image(private, tags=["a"])
    make_image(public, deleted_at=timezone.now())
    for filters in (Filters(), Filters(tags=("a",)), Filters(collections=("private",))):
        by_rule = set(matching_images(filters, viewer=viewer))
        by_ids = set(images_in(visible_collections(viewer), filters=filters))
        assert by_rule == by_ids


def test_no_filter_changes_nothing(public):
    make_image(public)
    assert filter_images(Image.objects.all(), Filters()).count() == 1
