"""The one place that a collection has for the same bytes: who gets it, and what a race costs."""

import pytest
from django.db import IntegrityError, transaction

from gallery.exceptions import LibraryProblem
from gallery.library import places
from gallery.library.places import MAX_TRIES, take_places
from gallery.models import Image
from tests.factories import make_collection, make_image

SAME, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def target(owner):
    return make_collection(owner, "Target")


def move(images, target):
    with transaction.atomic():
        return take_places(
            images, place_of=lambda _image: target.pk, update={"collection_id": target.pk}
        )


def picture(owner, sha256, **fields):
    """A picture in a collection of its own."""
    return make_image(make_collection(owner), sha256=sha256, **fields)


def test_of_several_with_the_same_bytes_the_first_gets_the_place(owner, target):
    first, second = picture(owner, SAME), picture(owner, SAME)
    other = picture(owner, OTHER)
    assert move([first, second, other], target) == [first.pk, other.pk]
    assert set(Image.objects.filter(collection=target)) == {first, other}


def test_a_place_that_a_live_picture_has_is_not_taken(owner, target):
    make_image(target, sha256=SAME)
    moved = picture(owner, SAME)
    assert move([moved], target) == []
    moved.refresh_from_db()
    assert moved.collection != target


def test_a_picture_in_the_trash_keeps_no_place(owner, target):
    from django.utils import timezone

    make_image(target, sha256=SAME, deleted_at=timezone.now())
    moved = picture(owner, SAME)
    assert move([moved], target) == [moved.pk]


def test_the_same_bytes_in_another_collection_are_in_nobodys_way(owner, target):
    make_image(make_collection(owner), sha256=SAME)
    moved = picture(owner, SAME)
    assert move([moved], target) == [moved.pk]


def test_an_upload_that_gets_in_between_makes_it_look_again(owner, target, monkeypatch):
    moved, look = picture(owner, SAME), places._free

    def look_too_early(images, place_of):
        found = look(images, place_of)
        if not Image.objects.filter(collection=target).exists():
            make_image(target, sha256=SAME)
        return found

    monkeypatch.setattr(places, "_free", look_too_early)
    assert move([moved], target) == []


def test_it_gives_up_with_a_reason_when_uploads_never_stop(owner, target, monkeypatch):
    make_image(target, sha256=SAME)
    moved, looks = picture(owner, SAME), []
    monkeypatch.setattr(places, "_free", lambda *_args: looks.append(1) or [moved.pk])
    with pytest.raises(LibraryProblem) as problem:
        move([moved], target)
    assert problem.value.reason == "raced"
    assert len(looks) == MAX_TRIES
    with pytest.raises(IntegrityError), transaction.atomic():
        Image.objects.filter(pk=moved.pk).update(collection=target)
