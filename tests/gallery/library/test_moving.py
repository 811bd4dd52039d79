import pytest

from gallery.exceptions import LibraryProblem, NotAllowed
from gallery.library.moving import move_images
from gallery.library.undo import undo_change
from gallery.models import Image, Membership, Role
from tests.factories import make_collection, make_image


def test_pictures_move_and_undo_brings_back_exactly_those(owner):
    source, target = make_collection(owner), make_collection(owner)
    moved, there = make_image(source), make_image(target)
    change = move_images(Image.objects.filter(collection=source), to=target, by=owner, expected=1)
    assert set(target.images.all()) == {moved, there}
    assert undo_change(change, by=owner) == 1
    assert (source.images.get(), target.images.get()) == (moved, there)


def test_bytes_that_are_there_already_stay_where_they_are(owner):
    source, target = make_collection(owner), make_collection(owner)
    duplicate = make_image(source)
    make_image(target, sha256=duplicate.sha256)
    other = make_image(source)
    change = move_images(source.images.all(), to=target, by=owner)
    assert (change.ids, change.skipped) == ((other.pk,), 1)
    assert source.images.get() == duplicate


def test_duplicates_from_two_collections_do_not_collide(owner):
    one, two, target = make_collection(owner), make_collection(owner), make_collection(owner)
    first = make_image(one)
    make_image(two, sha256=first.sha256)
    change = move_images(Image.objects.all(), to=target, by=owner)
    assert (change.ids, change.skipped) == ((first.pk,), 1)


def test_nothing_moves_into_a_collection_of_others(owner, stranger):
    source, target = make_collection(stranger), make_collection(owner)
    make_image(source)
    Membership.objects.create(collection=target, person=stranger, role=Role.VIEWER)
    with pytest.raises(NotAllowed):
        move_images(source.images.all(), to=target, by=stranger)
    assert source.images.count() == 1


def test_undo_says_when_there_is_nothing_left_to_put_back(owner):
    source, target = make_collection(owner), make_collection(owner)
    make_image(source)
    change = move_images(source.images.all(), to=target, by=owner)
    Image.objects.update(collection=source)
    with pytest.raises(LibraryProblem) as problem:
        undo_change(change, by=owner)
    assert problem.value.reason == "nothing_to_undo"


def test_pictures_in_the_trash_do_not_move(owner):
    source, target = make_collection(owner), make_collection(owner)
    live = make_image(source)
    trashed = make_image(source, deleted_at=source.created_at)
    change = move_images(Image.objects.all(), to=target, by=owner)
    assert change.ids == (live.pk,)
    trashed.refresh_from_db()
    assert trashed.collection == source


def test_undo_brings_back_what_it_may(owner, stranger):
    """Of two collections that pictures came from, one is closed to the person by now."""
    own, target = make_collection(stranger), make_collection(stranger)
    closed = make_collection(owner)
    member = Membership.objects.create(collection=closed, person=stranger, role=Role.CONTRIBUTOR)
    back, stays = make_image(own), make_image(closed)
    change = move_images(Image.objects.all(), to=target, by=stranger)
    member.delete()
    assert undo_change(change, by=stranger) == 1
    assert (own.images.get(), target.images.get()) == (back, stays)
