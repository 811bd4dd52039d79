import pytest

from gallery.exceptions import LibraryProblem
from gallery.library.trash import restore_images
from gallery.library.undo import undo_change
from gallery.models import Image
from tests.factories import make_collection, make_image


def test_a_restore_can_be_undone_too(owner):
    collection = make_collection(owner)
    image = make_image(collection, deleted_at=collection.created_at)
    change = restore_images(Image.objects.all(), by=owner)
    assert Image.objects.live().get() == image
    assert undo_change(change, by=owner) == 1
    assert not Image.objects.live().exists()


def test_undo_is_for_those_who_may_still_edit(owner, stranger):
    image = make_image(make_collection(owner), deleted_at=owner.date_joined)
    change = restore_images(Image.objects.all(), by=owner)
    with pytest.raises(LibraryProblem, match="nothing left"):
        undo_change(change, by=stranger)
    image.refresh_from_db()
    assert not image.is_trashed
