import pytest

from gallery.exceptions import LibraryProblem, NotAllowed
from gallery.library.editing import caption_images, edit_image, tag_images, untag_images
from gallery.library.undo import undo_change
from gallery.models import Image
from tests.factories import make_collection, make_image


def tags_of(*images):
    return [Image.objects.get(pk=image.pk).tags for image in images]


def test_one_picture_changes_only_the_fields_given(owner):
    image = make_image(make_collection(owner), title="Old", caption="Kept")
    edit_image(image, by=owner, title=" New ", tags=["Cat"])
    image.refresh_from_db()
    assert (image.title, image.caption, image.tags) == ("New", "Kept", ["cat"])


def test_tags_are_added_once_and_undo_takes_off_only_what_was_added(owner):
    collection = make_collection(owner)
    one, two = make_image(collection, tags=["cat"]), make_image(collection)
    change = tag_images(Image.objects.all(), by=owner, tags=["cat", "night"], expected=2)
    assert tags_of(one, two) == [["cat", "night"], ["cat", "night"]]
    assert undo_change(change, by=owner) == 2
    assert tags_of(one, two) == [["cat"], []]


def test_untagging_counts_what_changed_and_can_be_undone(owner):
    collection = make_collection(owner)
    one, two = make_image(collection, tags=["cat", "dog"]), make_image(collection, tags=["dog"])
    change = untag_images(Image.objects.all(), by=owner, tags=["cat"])
    assert (change.ids, change.skipped) == ((one.pk,), 1)
    assert tags_of(one, two) == [["dog"], ["dog"]]
    undo_change(change, by=owner)
    assert sorted(tags_of(one)[0]) == ["cat", "dog"]


def test_a_caption_fills_gaps_unless_it_should_replace(owner):
    collection = make_collection(owner)
    written, empty = make_image(collection, caption="Mine"), make_image(collection)
    change = caption_images(Image.objects.all(), by=owner, caption="Summer")
    assert (change.ids, change.skipped) == ((empty.pk,), 1)
    change = caption_images(Image.objects.all(), by=owner, caption="All", replace=True)
    assert set(Image.objects.values_list("caption", flat=True)) == {"All"}
    assert undo_change(change, by=owner) == 2
    written.refresh_from_db()
    empty.refresh_from_db()
    assert (written.caption, empty.caption) == ("Mine", "Summer")


def test_strangers_change_no_words(owner, stranger):
    image = make_image(make_collection(owner, visibility="public"))
    with pytest.raises(NotAllowed):
        tag_images(Image.objects.all(), by=stranger, tags=["mine"])
    with pytest.raises(NotAllowed):
        caption_images(Image.objects.all(), by=stranger, caption="mine", replace=True)
    image.refresh_from_db()
    assert (image.tags, image.caption) == ([], "")


def test_too_many_tags_on_one_picture_change_none(owner):
    collection = make_collection(owner)
    make_image(collection, tags=[str(n) for n in range(50)])
    free = make_image(collection)
    with pytest.raises(LibraryProblem):
        tag_images(Image.objects.all(), by=owner, tags=["more"])
    assert tags_of(free) == [[]]


def test_a_picture_deleted_meanwhile_stays_deleted(owner):
    image = make_image(make_collection(owner))
    Image.objects.filter(pk=image.pk).delete()
    edit_image(image, by=owner, title="Too late")
    assert not Image.objects.exists()


def test_undo_keeps_a_caption_that_someone_wrote_since(owner):
    collection = make_collection(owner)
    kept, other = (make_image(collection, caption="Before") for _ in range(2))
    change = caption_images(Image.objects.all(), by=owner, caption="Cats", replace=True)
    edit_image(kept, by=owner, caption="Since")
    assert undo_change(change, by=owner) == 1
    captions = [Image.objects.get(pk=image.pk).caption for image in (kept, other)]
    assert captions == ["Since", "Before"]
