import pytest

from gallery.exceptions import LibraryProblem, NotAllowed
from gallery.library.editing import tag_images
from gallery.library.moving import move_images
from gallery.library.trash import restore_images, trash_images
from gallery.library.undo import undo_change
from gallery.models import Image, Membership, Role
from tests.factories import make_collection, make_image


def test_a_restore_can_be_undone_too(owner):
    collection = make_collection(owner)
    image = make_image(collection, deleted_at=collection.created_at)
    change = restore_images(Image.objects.all(), by=owner)
    assert Image.objects.live().get() == image
    assert undo_change(change, by=owner) == 1
    assert not Image.objects.live().exists()


def test_undoing_a_restore_deletes_only_what_was_restored(owner):
    collection = make_collection(owner)
    make_image(collection, deleted_at=collection.created_at)
    change = restore_images(Image.objects.all(), by=owner)
    others = {make_image(collection), make_image(make_collection(owner))}
    assert undo_change(change, by=owner) == 1
    assert set(Image.objects.live()) == others


def test_undo_is_for_those_who_may_still_edit(owner, stranger):
    image = make_image(make_collection(owner), deleted_at=owner.date_joined)
    change = restore_images(Image.objects.all(), by=owner)
    with pytest.raises(NotAllowed):
        undo_change(change, by=stranger)
    image.refresh_from_db()
    assert not image.is_trashed


def test_undoing_a_deletion_leaves_what_was_deleted_again_since(owner):
    image = make_image(make_collection(owner))
    first = trash_images(Image.objects.all(), by=owner)
    restore_images(Image.objects.all(), by=owner)
    trash_images(Image.objects.all(), by=owner)
    with pytest.raises(LibraryProblem) as problem:
        undo_change(first, by=owner)
    assert problem.value.reason == "nothing_to_undo"
    image.refresh_from_db()
    assert image.is_trashed


def test_undoing_a_move_leaves_what_was_moved_on_since(owner):
    source, target, third = (make_collection(owner) for _ in range(3))
    stays, goes_on = make_image(source), make_image(source)
    change = move_images(source.images.all(), to=target, by=owner)
    move_images(Image.objects.filter(pk=goes_on.pk), to=third, by=owner)
    assert undo_change(change, by=owner) == 1
    assert (source.images.get(), third.images.get()) == (stays, goes_on)


def test_undoing_a_move_needs_the_right_to_where_the_pictures_are_now(owner, stranger):
    """A person who has lost access to the target collection cannot move the pictures back."""
    source, target = make_collection(stranger), make_collection(owner)
    membership = Membership.objects.create(
        collection=target, person=stranger, role=Role.CONTRIBUTOR
    )
    make_image(source)
    change = move_images(source.images.all(), to=target, by=stranger)
    membership.delete()
    with pytest.raises(NotAllowed):
        undo_change(change, by=stranger)
    assert target.images.count() == 1


def test_undoing_tags_changes_only_pictures_still_editable(owner, stranger):
    mine, theirs = make_image(make_collection(stranger)), make_image(make_collection(owner))
    membership = Membership.objects.create(
        collection=theirs.collection, person=stranger, role=Role.CONTRIBUTOR
    )
    change = tag_images(Image.objects.all(), by=stranger, tags=["new"])
    membership.delete()
    assert undo_change(change, by=stranger) == 1
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.tags, theirs.tags) == ([], ["new"])


def test_a_change_of_nothing_is_undone_without_a_complaint(owner):
    make_image(make_collection(owner))
    change = move_images(Image.objects.none(), to=make_collection(owner), by=owner)
    assert change.ids == ()
    assert undo_change(change, by=owner) == 0


@pytest.mark.parametrize("pictures", [0, 1])
def test_visitors_undo_nothing_and_are_asked_to_sign_in(owner, pictures):
    source, target = make_collection(owner), make_collection(owner)
    for _ in range(pictures):
        make_image(source)
    change = move_images(source.images.all(), to=target, by=owner)
    with pytest.raises(NotAllowed, match="Sign in"):
        undo_change(change, by=None)
    assert target.images.count() == pictures
