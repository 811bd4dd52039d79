"""File names from people, made safe to display."""

import pytest

from gallery.ingest.names import (
    MAX_NAME_CHARACTERS,
    display_name,
    display_path,
    name_of_form,
    shorten,
)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("IMG_1.JPG", "IMG_1.JPG"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.jpg", "system.jpg"),
        ("C:\\Users\\Olga\\cat.jpg", "cat.jpg"),
        ('Bob\'s "best" cat.jpg', 'Bob\'s "best" cat.jpg'),
        ("<script>alert(1)</script>.jpg", "script>.jpg"),
        ("gpj.\u202etac.jpg", "gpj. tac.jpg"),
        ("\u200fשלום\u200e.jpg", "שלום .jpg"),
        ("line\nbreak\x00and\x1bescape.png", "line break and escape.png"),
        ("cafe\u0301.jpg", "café.jpg"),
        ("  spaces   everywhere .jpg ", "spaces everywhere .jpg"),
        ("...", "unnamed"),
        ("", "unnamed"),
        ("/", "unnamed"),
        (".hidden.jpg", "hidden.jpg"),
        ("broken\ud800surrogate.jpg", "broken?surrogate.jpg"),
        ("family 👨\u200d👩\u200d👧.jpg", "family 👨\u200d👩\u200d👧.jpg"),
    ],
)
def test_a_name_becomes_one_visible_line(raw, shown):
    assert display_name(raw) == shown


def test_a_long_name_keeps_its_extension():
    name = display_name("x" * 300 + ".jpeg")
    assert len(name) == MAX_NAME_CHARACTERS
    assert name.endswith("….jpeg")


def test_a_long_name_without_a_short_extension_is_cut_at_the_end():
    assert shorten("a" * 30, 10) == "aaaaaaaaa…"
    assert shorten("a." + "b" * 30, 10) == "a.bbbbbbb…"
    assert shorten("short.jpg", 10) == "short.jpg"


def test_a_path_keeps_its_folders_and_loses_its_way_out():
    assert display_path("2021/summer/a.jpg") == "2021/summer/a.jpg"
    assert display_path("../../../a.jpg") == "a.jpg"
    assert display_path("a\u202e/b\\c.jpg") == "a/b/c.jpg"
    assert len(display_path("deep/" * 200 + "a.jpg")) == MAX_NAME_CHARACTERS


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Bob's %22best%22 cat.jpg", 'Bob\'s "best" cat.jpg'),
        ("two%0D%0Alines.jpg", "two lines.jpg"),
        ("100%25 wool%20.jpg", "100%25 wool%20.jpg"),
        ("50% off.jpg", "50% off.jpg"),
    ],
)
def test_form_escapes_in_a_name_are_undone(sent, shown):
    assert display_name(name_of_form(sent)) == shown
