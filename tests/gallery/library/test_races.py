"""Concurrent writes to the library: each waits where it must, and no one sees an error
of the database."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from gallery.exceptions import LibraryProblem
from gallery.library.access import system_actor
from gallery.library.collections import create_collection, delete_collection, update_collection
from gallery.library.copying import copy_images, undo_copy
from gallery.library.editing import tag_images
from gallery.library.moving import move_images
from gallery.library.ownership import hand_over_collection
from gallery.library.picking import lock_pictures
from gallery.library.trash import purge_trash, restore_images, trash_images
from gallery.models import Collection, Image
from gallery.models.image import originals_storage
from tests.factories import make_collection, make_image
from tests.races import race

pytestmark = pytest.mark.django_db(transaction=True)


def with_file(image):
    image.original.save("boat.jpg", ContentFile(b"a boat"))


def all_images():
    return Image.objects.all()


def test_pictures_are_locked_before_they_are_changed(owner):
    image = make_image(make_collection(owner))

    def pick():
        with transaction.atomic():
            return lock_pictures(all_images(), by=owner)

    seen = race(lambda: tag_images(all_images(), by=owner, tags=["first"]), pick)
    assert seen.waited
    assert seen.result == [image]
    assert seen.result[0].tags == ["first"]


def test_an_upload_during_a_restore_leaves_the_picture_in_the_trash(owner):
    """The upload's row is not committed when the restore looks for it, and is when it writes."""
    collection = make_collection(owner)
    image = make_image(collection, deleted_at=timezone.now())
    seen = race(
        lambda: make_image(collection, sha256=image.sha256),
        lambda: restore_images(Image.objects.filter(pk=image.pk), by=owner),
    )
    assert seen.waited
    assert seen.error is None
    assert (seen.result.ids, seen.result.skipped) == ((), 1)
    assert Image.objects.live().count() == 1


def test_the_others_of_a_restore_are_still_restored(owner):
    collection = make_collection(owner)
    again = make_image(collection, deleted_at=timezone.now())
    alone = make_image(collection, deleted_at=timezone.now())
    seen = race(
        lambda: make_image(collection, sha256=again.sha256),
        lambda: restore_images(Image.objects.trashed(), by=owner),
    )
    assert (seen.result.ids, seen.result.skipped) == ((alone.pk,), 1)


def test_an_upload_during_a_move_leaves_the_picture_where_it_was(owner):
    source, target = make_collection(owner), make_collection(owner)
    image = make_image(source)
    seen = race(
        lambda: make_image(target, sha256=image.sha256),
        lambda: move_images(source.images.all(), to=target, by=owner),
    )
    assert seen.waited
    assert (seen.result.ids, seen.result.skipped) == ((), 1)
    assert source.images.get() == image


def test_an_upload_during_a_copy_leaves_one_picture_in_the_target(owner):
    """The upload's row is not committed when the copy looks for free places, and is when it
    writes."""
    source, target = make_collection(owner), make_collection(owner)
    again, alone = make_image(source), make_image(source)
    seen = race(
        lambda: make_image(target, sha256=again.sha256),
        lambda: copy_images(source.images.all(), to=target, by=owner),
    )
    assert seen.waited
    assert (len(seen.result.ids), seen.result.skipped) == (1, 1)
    assert sorted(one.sha256 for one in target.images.all()) == sorted([again.sha256, alone.sha256])


def test_the_same_pictures_copied_twice_at_once_are_copied_once(owner):
    source, target = make_collection(owner), make_collection(owner)
    image = make_image(source)
    seen = race(
        lambda: copy_images(source.images.all(), to=target, by=owner),
        lambda: copy_images(source.images.all(), to=target, by=owner),
    )
    assert seen.waited
    assert (seen.result.ids, seen.result.skipped) == ((), 1)
    assert target.images.get().sha256 == image.sha256


def test_a_collection_is_not_deleted_under_a_copy_into_it(owner):
    source, target = make_collection(owner), make_collection(owner)
    make_image(source)
    seen = race(
        lambda: copy_images(source.images.all(), to=target, by=owner),
        lambda: delete_collection(target, by=owner),
    )
    assert seen.waited
    assert seen.error.reason == "not_empty"
    assert target.images.count() == 1


def test_nothing_is_copied_into_a_collection_that_is_being_deleted(owner):
    source, target = make_collection(owner), make_collection(owner)
    make_image(source)
    seen = race(
        lambda: delete_collection(target, by=owner),
        lambda: copy_images(source.images.all(), to=target, by=owner),
    )
    assert seen.waited
    assert seen.error.reason == "collection_gone"
    assert source.images.count() == 1


def test_a_picture_is_not_purged_while_it_is_copied(owner):
    """The copy shares the file, which a purge in between would delete."""
    source, target = make_collection(owner), make_collection(owner)
    image = make_image(source)
    with_file(image)

    def trash_and_purge():
        trash_images(source.images.all(), by=owner)
        return purge_trash(older_than_days=0, by=system_actor())

    seen = race(lambda: copy_images(source.images.all(), to=target, by=owner), trash_and_purge)
    assert seen.waited
    assert seen.error is None
    copy = target.images.get()
    assert originals_storage().exists(copy.original.name)


def test_a_copy_edited_meanwhile_is_locked_before_undo_deletes_it(owner):
    source, target = make_collection(owner), make_collection(owner)
    make_image(source)
    done = copy_images(source.images.all(), to=target, by=owner)
    seen = race(
        lambda: move_images(target.images.all(), to=make_collection(owner), by=owner),
        lambda: undo_copy(done, by=owner),
    )
    assert seen.waited
    assert seen.result == 0, "it is no longer where the copy put it"
    assert Image.objects.filter(pk__in=done.ids).exists()


def test_uploads_that_never_stop_getting_in_between_are_a_plain_problem(owner, monkeypatch):
    collection = make_collection(owner)
    image = make_image(collection, deleted_at=timezone.now())
    make_image(collection, sha256=image.sha256)
    monkeypatch.setattr("gallery.library.places._free", lambda images, _place: [image.pk])
    with pytest.raises(LibraryProblem) as problem:
        restore_images(Image.objects.trashed(), by=owner)
    assert problem.value.reason == "raced"


def test_a_picture_stays_until_its_copy_is_there(owner):
    """Its file would be deleted with it, before the copy's row names it too."""
    source, target = make_collection(owner), make_collection(owner)
    make_image(source)
    seen = race(
        lambda: copy_images(source.images.all(), to=target, by=owner),
        lambda: trash_images(source.images.all(), by=owner),
    )
    assert seen.waited
    assert len(seen.result.ids) == 1
    assert target.images.live().count() == 1


def test_a_picture_that_is_being_trashed_is_not_copied(owner):
    source, target = make_collection(owner), make_collection(owner)
    make_image(source)
    seen = race(
        lambda: trash_images(source.images.all(), by=owner),
        lambda: copy_images(source.images.all(), to=target, by=owner),
    )
    assert seen.waited
    assert seen.result.ids == ()
    assert not target.images.exists()


def test_a_collection_is_not_deleted_under_a_move_into_it(owner):
    source, target = make_collection(owner), make_collection(owner)
    make_image(source)
    seen = race(
        lambda: move_images(source.images.all(), to=target, by=owner),
        lambda: delete_collection(target, by=owner),
    )
    assert seen.waited
    assert seen.error.reason == "not_empty"
    assert target.images.count() == 1


def test_nothing_is_moved_into_a_collection_that_is_being_deleted(owner):
    source, target = make_collection(owner), make_collection(owner)
    make_image(source)
    seen = race(
        lambda: delete_collection(target, by=owner),
        lambda: move_images(source.images.all(), to=target, by=owner),
    )
    assert seen.waited
    assert seen.error.reason == "collection_gone"
    assert source.images.count() == 1


def test_a_deletion_waits_for_a_lock_on_the_collection(owner):
    collection = make_collection(owner)
    make_image(collection)
    seen = race(
        lambda: Collection.objects.select_for_update().get(pk=collection.pk),
        lambda: delete_collection(collection, by=owner),
    )
    assert seen.waited
    assert seen.error.reason == "not_empty"


def test_an_upload_into_a_collection_that_is_being_deleted_waits_and_fails(owner):
    collection = make_collection(owner)
    seen = race(lambda: delete_collection(collection, by=owner), lambda: make_image(collection))
    assert seen.waited
    assert isinstance(seen.error, IntegrityError)
    assert not Image.objects.exists()


def test_the_sweep_skips_pictures_being_restored(owner):
    gone = timezone.now() - timedelta(days=31)
    kept = make_image(make_collection(owner), deleted_at=gone)
    make_image(kept.collection, deleted_at=gone)
    seen = race(
        lambda: restore_images(Image.objects.filter(pk=kept.pk), by=owner),
        lambda: purge_trash(older_than_days=30, by=system_actor()),
    )
    assert not seen.waited
    assert seen.result == 1
    assert Image.objects.get() == kept


def test_a_restore_waits_for_the_sweep_and_finds_nothing(owner):
    gone = timezone.now() - timedelta(days=31)
    make_image(make_collection(owner), deleted_at=gone)
    seen = race(
        lambda: purge_trash(older_than_days=30, by=system_actor()),
        lambda: restore_images(Image.objects.trashed(), by=owner),
    )
    assert seen.waited
    assert seen.result.ids == ()


def test_two_collections_created_at_once_with_the_same_name(owner):
    seen = race(
        lambda: create_collection(owner, by=owner, name="Holiday"),
        lambda: create_collection(owner, by=owner, name="holiday"),
    )
    assert seen.waited
    assert seen.error.reason == "name_taken"


def test_two_people_create_a_collection_with_the_same_name_at_once(owner, stranger):
    seen = race(
        lambda: create_collection(owner, by=owner, name="Holiday"),
        lambda: create_collection(stranger, by=stranger, name="Holiday"),
    )
    assert seen.waited
    assert seen.result.slug == "holiday-2"


def test_a_collection_renamed_to_a_name_that_is_being_taken(owner):
    collection = make_collection(owner)
    seen = race(
        lambda: create_collection(owner, by=owner, name="Holiday"),
        lambda: update_collection(
            collection, by=owner, name="Holiday", description="", visibility="private", cover=None
        ),
    )
    assert seen.waited
    assert seen.error.reason == "name_taken"


def test_a_collection_is_handed_over_once(owner, stranger, administrator):
    collection = make_collection(owner)
    seen = race(
        lambda: hand_over_collection(collection, to=stranger, by=owner),
        lambda: hand_over_collection(collection, to=administrator, by=owner),
    )
    assert seen.waited
    assert seen.error.reason == "not_allowed"
    assert Collection.objects.get().owner == stranger


def test_a_picture_trashed_meanwhile_is_not_trashed_again(owner):
    make_image(make_collection(owner))
    seen = race(
        lambda: trash_images(all_images(), by=owner), lambda: trash_images(all_images(), by=owner)
    )
    assert seen.waited
    assert seen.result.ids == ()
