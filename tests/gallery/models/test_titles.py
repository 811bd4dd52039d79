"""Titles from file names: readable if the name means something, empty otherwise."""

import pytest

from gallery.models.titles import MAX_TITLE_LENGTH, shortened, title_from_file_name


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("red-boat_at-sunset.jpg", "Red boat at sunset"),
        ("Red boat at sunset (1).JPG", "Red boat at sunset"),
        ("holiday copy 2.jpeg", "Holiday"),
        ("IMG_1234.JPG", "IMG 1234"),
        ("DSC00017.jpg", "DSC00017"),
        ("2024-05-12.jpg", "2024 05 12"),
        ("Screenshot 2024-05-12 at 10.15.png", "Screenshot 2024 05 12 at 10.15"),
        ("folder/inside\\boat.webp", "Boat"),
        ("Grüße-aus_Köln.heic", "Grüße aus Köln"),
        ("чаша.png", "Чаша"),
        ("no suffix", "No suffix"),
        ("v1.5 draft", "V1.5 draft"),
        ("deadbeef.jpg", ""),
        ("3f2504e0-4f89-11d3-9a0c-0305e82c3301.jpg", ""),
        ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.png", ""),
        ("___.jpg", ""),
        (".jpg", ""),
        ("", ""),
    ],
)
def test_a_file_name_becomes_a_title(name, title):
    assert title_from_file_name(name) == title


def test_a_long_name_is_cut_to_one_line():
    title = title_from_file_name(f"{'boat ' * 40}.jpg")
    assert len(title) == MAX_TITLE_LENGTH
    assert title.endswith("…")


def test_a_text_of_exactly_the_maximum_length_stays():
    assert shortened("x" * MAX_TITLE_LENGTH) == "x" * MAX_TITLE_LENGTH
