"""Keyset pages: every picture once in order, from any place, and the neighbours of a picture."""

from datetime import UTC, datetime, timedelta

import pytest

from gallery.browsing import (
    Position,
    newest_neighbours,
    newest_slice,
    slice_at,
)
from gallery.models import Image, Visibility
from tests.factories import TINY_DIMENSION, make_collection, make_image

NOON = datetime(2024, 5, 12, 12, tzinfo=UTC)
VECTOR = [1.0] + [0.0] * (TINY_DIMENSION - 1)


@pytest.fixture
def public(owner):
    """Create a collection that anyone may see."""
    return make_collection(owner, "Public", visibility=Visibility.PUBLIC)


def walk(size):
    """Return all primary keys, page by page."""
    found, after = [], ""
    while True:
        part = newest_slice(Image.objects.all(), after=after, size=size)
        found += [image.pk for image in part.images]
        after = part.next_after
        if not after:
            return found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_pages_contain_every_picture_once_newest_first(public, size):
    # Pictures of one upload share their moment; the key decides between them.
    made = [make_image(public, created_at=NOON + timedelta(seconds=n // 3)) for n in range(7)]
    assert walk(size) == [image.pk for image in reversed(made)]


@pytest.mark.parametrize(("size", "continues"), [(3, True), (4, False), (5, False)])
def test_a_page_that_ends_with_the_last_picture_does_not_continue(public, size, continues):
    """Otherwise an empty page would follow, with a link to it."""
    for second in range(5):
        make_image(public, created_at=NOON + timedelta(seconds=second))
    newest = newest_slice(Image.objects.all(), after="", size=1)
    older = newest_slice(Image.objects.all(), after=newest.next_after, size=size)
    assert bool(older.next_after) == continues


@pytest.mark.parametrize(("size", "continues"), [(2, True), (3, False), (4, False)])
def test_nor_does_one_that_ends_with_the_newest_picture(public, size, continues):
    made = [make_image(public, created_at=NOON + timedelta(seconds=n)) for n in range(4)]
    older = newest_slice(Image.objects.all(), after="", size=3)
    last = newest_slice(Image.objects.all(), after=older.next_after, size=1)
    assert keys(last) == [made[0].pk]
    position = Position(before=last.next_before)
    newer = slice_at(Image.objects.all(), position=position, viewer=None, size=size)
    assert keys(newer) == [image.pk for image in made[1:][:size][::-1]]
    assert bool(newer.next_before) == continues


def test_a_picture_added_while_paging_neither_repeats_nor_hides_others(public):
    made = [make_image(public, created_at=NOON + timedelta(seconds=n)) for n in range(4)]
    first = newest_slice(Image.objects.all(), after="", size=2)
    make_image(public, created_at=NOON + timedelta(days=1))
    rest = newest_slice(Image.objects.all(), after=first.next_after, size=10)
    assert [i.pk for i in [*first.images, *rest.images]] == [i.pk for i in reversed(made)]


@pytest.mark.parametrize(
    "invalid", ["x", "-", "1-", "-1-1", "z-z", "1-" + "f" * 40, "f" * 40 + "-1", "\x00", "1-1-1"]
)
def test_an_invalid_place_starts_at_the_newest(public, invalid):
    image = make_image(public)
    assert newest_slice(Image.objects.all(), after=invalid, size=5).images == [image]


def keys(part):
    """Return the primary keys of a slice."""
    return [image.pk for image in part.images]


def around(image, *, images=None, viewer=None, size=4):
    """Return the slice of the list around a picture."""
    images = Image.objects.live() if images is None else images
    return slice_at(images, position=Position(at=image.pk), viewer=viewer, size=size)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 100])
@pytest.mark.parametrize("number", range(7))
def test_a_list_around_a_picture_continues_both_ways(public, size, number):
    # Three pictures of each moment: the key decides between them.
    made = [make_image(public, created_at=NOON + timedelta(seconds=n // 3)) for n in range(7)]
    images = Image.objects.all()
    part = around(made[number], size=size)
    found = keys(part)
    assert part.at == made[number].pk
    assert made[number].pk in found
    assert len(found) <= size + max(size // 2, 1)
    after, before = part.next_after, part.next_before
    while after:
        part = newest_slice(images, after=after, size=size)
        found, after = found + keys(part), part.next_after
    while before:
        part = slice_at(images, position=Position(before=before), viewer=None, size=size)
        found, before = keys(part) + found, part.next_before
    assert found == [image.pk for image in reversed(made)]


def test_half_a_page_precedes_a_picture_and_a_page_starts_at_it(public):
    made = [make_image(public, created_at=NOON + timedelta(seconds=n)) for n in range(20)][::-1]
    assert keys(around(made[10])) == [image.pk for image in made[8:14]]
    assert keys(around(made[1])) == [image.pk for image in made[:5]]
    assert around(made[1]).next_before == ""
    assert around(made[2]).next_before == ""
    assert around(made[3]).next_before != ""
    assert keys(around(made[19])) == [image.pk for image in made[17:]]
    assert around(made[19]).next_after == ""


def test_a_picture_outside_the_list_keeps_its_position(public, owner):
    made = [make_image(public, created_at=NOON + timedelta(seconds=n)) for n in range(5)][::-1]
    Image.objects.filter(pk=made[2].pk).update(deleted_at=NOON)
    part = around(made[2])
    assert (part.at, keys(part)) == (made[3].pk, [made[n].pk for n in (0, 1, 3, 4)])
    Image.objects.filter(pk__in=[made[3].pk, made[4].pk]).update(deleted_at=NOON)
    assert around(made[2]).at == around(made[2], size=1).at == made[1].pk
    assert around(made[2], images=Image.objects.none()).at is None


def test_only_people_who_may_see_a_picture_learn_its_position(public, owner, stranger):
    made = [make_image(public, created_at=NOON + timedelta(seconds=n)) for n in range(6)][::-1]
    hidden = make_image(make_collection(owner), created_at=NOON)
    images = Image.objects.visible_to(stranger)
    assert keys(around(hidden, images=images, viewer=stranger)) == keys(
        newest_slice(images, after="", size=4)
    )
    assert around(hidden, images=images, viewer=stranger).at is None
    assert around(hidden, viewer=owner).at == hidden.pk
    assert slice_at(images, position=Position(at=10**9), viewer=None, size=4).images[0] == made[0]


def test_nothing_is_newer_than_the_newest_picture(public):
    for number in range(2):
        make_image(public, created_at=NOON + timedelta(seconds=number))
    newest = newest_slice(Image.objects.all(), after="", size=1).next_after
    part = slice_at(Image.objects.all(), position=Position(before=newest), viewer=None, size=5)
    assert (part.images, part.next_after, part.next_before) == ([], "", "")


def test_a_list_around_a_picture_takes_three_queries(public, django_assert_num_queries):
    made = [make_image(public) for _ in range(30)]
    with django_assert_num_queries(3):
        part = around(made[15], size=10)
        assert [image.collection.name for image in part.images] == ["Public"] * 15


def test_neighbours_follow_the_browse_order(public):
    made = [make_image(public, created_at=NOON + timedelta(seconds=n // 2)) for n in range(5)]
    keys = [image.pk for image in reversed(made)]
    images = Image.objects.all()
    for place, pk in enumerate(keys):
        before, after = newest_neighbours(images, image=Image.objects.get(pk=pk))
        assert before == (keys[place - 1] if place else None)
        assert after == (keys[place + 1] if place + 1 < len(keys) else None)


def test_a_page_with_its_collections_takes_one_query(public, django_assert_num_queries):
    for _ in range(12):
        make_image(public)
    with django_assert_num_queries(1):
        part = newest_slice(Image.objects.all(), after="", size=5)
        assert [image.collection.name for image in part.images] == ["Public"] * 5
