"""Messages after a change: exact numbers, and why some pictures were skipped."""

import pytest

from gallery.http.change_sentences import describe_change, pictures
from gallery.library.changes import Change


def sentence(kind, *, done, skipped=0, target=""):
    return describe_change(
        Change(kind=kind, ids=tuple(range(done)), skipped=skipped), target=target
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("trash", "2 pictures moved to the trash."),
        ("restore", "2 pictures restored."),
        ("caption", "2 pictures captioned."),
        ("tag", "2 pictures tagged."),
        ("untag", "Tags removed from 2 pictures."),
    ],
)
def test_a_change_is_counted(kind, expected):
    assert sentence(kind, done=2) == expected


def test_one_picture_is_singular():
    assert sentence("trash", done=1) == "1 picture moved to the trash."
    assert (pictures(1), pictures(1200)) == ("1 picture", "1,200 pictures")


def test_a_move_names_the_collection_whatever_its_name():
    assert sentence("move", done=1, target="50% off") == "1 picture moved to 50% off."


@pytest.mark.parametrize("kind", ["restore", "move", "caption"])
def test_skipped_pictures_are_counted_with_the_reason(kind):
    assert sentence(kind, done=1, skipped=3).count("3 ") == 1
    assert sentence(kind, done=1, skipped=0).count(".") == 1
