from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from gallery.exceptions import LibraryProblem, NotAllowed
from gallery.library.access import system_actor
from gallery.library.trash import purge_images, purge_trash, restore_images, trash_images
from gallery.library.undo import undo_change
from gallery.models import Image
from tests.factories import make_collection, make_image


def test_trashed_pictures_are_invisible_and_undo_restores_exactly_those(owner):
    collection = make_collection(owner)
    before = make_image(collection, deleted_at=timezone.now())
    images = {make_image(collection), make_image(collection)}
    change = trash_images(Image.objects.all(), by=owner, expected=2)
    assert not Image.objects.visible_to(owner).exists()
    assert undo_change(change, by=owner) == 2
    assert set(Image.objects.live()) == images
    before.refresh_from_db()
    assert before.is_trashed


def test_a_picture_that_came_back_another_way_stays_in_the_trash(owner):
    collection = make_collection(owner)
    image = make_image(collection)
    trash_images(Image.objects.all(), by=owner)
    make_image(collection, sha256=image.sha256)
    change = restore_images(Image.objects.all(), by=owner)
    assert (change.ids, change.skipped) == ((), 1)


def test_of_two_trashed_duplicates_one_is_restored(owner):
    collection = make_collection(owner)
    old = make_image(collection, deleted_at=timezone.now())
    new = make_image(collection, sha256=old.sha256, deleted_at=timezone.now())
    change = restore_images(Image.objects.all(), by=owner)
    assert (change.ids, change.skipped) == ((new.pk,), 1)


def test_strangers_neither_trash_nor_restore_nor_purge(owner, stranger):
    collection = make_collection(owner, visibility="public")
    live, gone = make_image(collection), make_image(collection, deleted_at=timezone.now())
    for write in (trash_images, restore_images, purge_images):
        with pytest.raises(NotAllowed):
            write(Image.objects.all(), by=stranger)
    live.refresh_from_db()
    gone.refresh_from_db()
    assert (live.is_trashed, gone.is_trashed) == (False, True)


def test_a_changed_selection_trashes_nothing(owner):
    make_image(make_collection(owner))
    with pytest.raises(LibraryProblem):
        trash_images(Image.objects.all(), by=owner, expected=7)
    assert Image.objects.live().count() == 1


@pytest.mark.django_db(transaction=True)
def test_files_go_with_the_last_row_that_names_them(owner):
    one, two = make_collection(owner), make_collection(owner)
    now = timezone.now()
    first = make_image(one, deleted_at=now)
    second = make_image(two, deleted_at=now, sha256=first.sha256, original=first.original.name)
    storages["originals"].save(first.original.name, ContentFile(b"original"))
    storages["renditions"].save(first.rendition_name(320), ContentFile(b"copy"))
    assert purge_images(Image.objects.filter(pk=first.pk), by=owner) == 1
    assert storages["originals"].exists(first.original.name)
    assert purge_images(Image.objects.filter(pk=second.pk), by=owner) == 1
    assert not storages["originals"].exists(first.original.name)
    assert not storages["renditions"].exists(first.rendition_name(320))


def test_the_trash_is_purged_by_age_and_live_pictures_never(owner):
    collection = make_collection(owner)
    live = make_image(collection)
    fresh = make_image(collection, deleted_at=timezone.now() - timedelta(days=29))
    make_image(collection, deleted_at=timezone.now() - timedelta(days=31))
    assert purge_trash(older_than_days=30, by=system_actor()) == 1
    assert set(Image.objects.all()) == {live, fresh}


def test_a_trash_that_keeps_nothing_is_emptied(owner):
    collection = make_collection(owner)
    live = make_image(collection)
    make_image(collection, deleted_at=timezone.now())
    assert purge_trash(older_than_days=0, by=system_actor()) == 1
    assert Image.objects.get() == live
    with pytest.raises(LibraryProblem):
        purge_trash(older_than_days=-1, by=system_actor())


def test_a_large_trash_is_purged_in_steps(owner, monkeypatch):
    """Each step is a transaction, so that its locks are short."""
    steps = []
    monkeypatch.setattr("gallery.library.trash.PURGE_STEP", 2)
    monkeypatch.setattr(
        "gallery.library.trash._purge",
        lambda ids: steps.append(len(ids)) or Image.objects.filter(pk__in=ids).delete(),
    )
    collection = make_collection(owner)
    for _ in range(5):
        make_image(collection, deleted_at=timezone.now() - timedelta(days=31))
    assert purge_trash(older_than_days=30, by=system_actor()) == 5
    assert steps == [2, 2, 1]


def test_live_pictures_cannot_be_purged(owner):
    make_image(make_collection(owner))
    assert purge_images(Image.objects.all(), by=owner) == 0
    assert Image.objects.count() == 1
