import pytest

from gallery.exceptions import LibraryProblem
from gallery.library.words import clean_caption, clean_title, parse_tags


def test_tags_are_lower_case_once_each_in_order():
    assert parse_tags("Cat, #Black Cat ,, cat;garden\nnight") == [
        "cat",
        "black cat",
        "garden",
        "night",
    ]


def test_captions_keep_their_lines_and_titles_do_not():
    assert clean_caption(" one\r\ntwo\x00 ") == "one\ntwo"
    assert clean_title("one\n two\t") == "one two"


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (lambda: clean_title("x" * 201), "title_too_long"),
        (lambda: clean_caption("x" * 5001), "caption_too_long"),
        (lambda: parse_tags("x" * 61), "tag_too_long"),
        (lambda: parse_tags(",".join(str(n) for n in range(51))), "too_many_tags"),
    ],
)
def test_what_does_not_fit_is_refused(write, reason):
    with pytest.raises(LibraryProblem) as problem:
        write()
    assert problem.value.reason == reason


def test_what_no_database_takes_is_taken_out():
    assert clean_title("a\ud800b\x00c") == "a b c"
    assert parse_tags("\udfff, a\x00b") == ["a b"]


def test_a_tag_is_measured_as_it_is_stored():
    # Lower case makes this letter two.
    assert parse_tags("İ" * 30) == ["i̇" * 30]
    with pytest.raises(LibraryProblem):
        parse_tags("İ" * 60)
