"""The messages of the admin's actions: exact numbers, including pictures left unchanged."""

import pytest

from gallery.admin import sentences


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        (sentences.retried(1), "1 picture will be tried again."),
        (sentences.retried(1234), "1,234 pictures will be tried again."),
        (sentences.queued_again(2, selected=2), "2 pictures will be embedded again."),
        (
            sentences.queued_again(2, selected=3),
            "2 pictures will be embedded again. 1 picture was left unchanged.",
        ),
        (
            sentences.deleted(1, selected=4),
            "1 picture was deleted permanently. 3 pictures were left unchanged.",
        ),
        # More may be deleted than were selected if others are added at the same moment.
        (sentences.deleted(5, selected=4), "5 pictures were deleted permanently."),
        (sentences.move_question(1), "Move 1 picture"),
        (sentences.delete_question(12_000), "Delete 12,000 pictures permanently"),
    ],
)
def test_sentences_count_exactly(sentence, words):
    assert sentence == words


def test_pictures_that_a_change_skipped_are_not_counted_twice(owner):
    from gallery.library.trash import trash_images
    from gallery.models import Image
    from tests.factories import make_collection, make_image

    collection = make_collection(owner)
    pks = [make_image(collection).pk for _ in range(2)]
    change = trash_images(Image.objects.filter(pk__in=pks), by=owner)
    assert "left unchanged" not in sentences.changed(change, selected=2)
    assert sentences.changed(change, selected=5).endswith("3 pictures were left unchanged.")
