"""EXIF facts: only valid ones, and never the location."""

import io

import pytest
from PIL import Image

from gallery.ingest.exif import orientation_of, read_facts
from tests import images


def with_exif(**tags):
    """Return a picture with the given EXIF tags; those of the inner directory start with x."""
    exif = Image.Exif()
    inner = exif.get_ifd(0x8769)
    for name, value in tags.items():
        if name.startswith("x"):
            inner[int(name[1:], 16)] = value
        else:
            exif[int(name[1:], 16)] = value
    return Image.open(io.BytesIO(images.encode(images.draw_picture((40, 30)), exif=exif)))


def test_a_photograph_with_everything():
    assert read_facts(Image.open(io.BytesIO(images.jpeg_with_exif()))) == {
        "taken_at": "2021-05-12T14:30:00+02:00",
        "camera": "NIKON D750",
        "lens": "50mm f/1.8",
        "exposure_s": 0.004,
        "f_number": 2.8,
        "iso": 400,
        "focal_length_mm": 50,
    }


def test_no_exif_is_no_facts():
    assert read_facts(Image.open(io.BytesIO(images.png()))) == {}


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("Apple", "iPhone 15", "Apple iPhone 15"),
        ("Canon", "Canon EOS R5", "Canon EOS R5"),
        ("", "Pixel 8", "Pixel 8"),
        ("FUJIFILM", "", "FUJIFILM"),
    ],
)
def test_a_camera_is_named_once(make, model, camera):
    assert read_facts(with_exif(i10f=make, i110=model)).get("camera") == camera


@pytest.mark.parametrize(
    "date", ["0000:00:00 00:00:00", "    :  :     :  :  ", "2021:13:45 10:00:00", "soon",
             "1066:10:14 09:00:00"],
)  # fmt: skip
def test_invalid_dates_are_left_out(date):
    assert "taken_at" not in read_facts(with_exif(x9003=date))


def test_a_date_without_an_offset_gets_none():
    assert read_facts(with_exif(x9003="2020:01:02 03:04:05"))["taken_at"] == "2020-01-02T03:04:05"


def test_texts_are_cleaned_for_the_database_and_pages():
    facts = read_facts(with_exif(i110="Evil\x00hidden", xa434="a\x1b[31m" + "z" * 500))
    assert facts["camera"] == "Evil"
    assert len(facts["lens"]) <= 100
    assert "\x1b" not in facts["lens"]


def test_a_camera_with_endless_names_fits_its_column():
    assert len(read_facts(with_exif(i10f="m" * 300, i110="n" * 300))["camera"]) <= 100


def test_invalid_numbers_are_left_out():
    facts = read_facts(with_exif(x829a=float("inf"), x829d=0.0))
    assert "exposure_s" not in facts
    assert "f_number" not in facts


@pytest.mark.parametrize(("value", "expected"), [(1, 1), (6, 6), (8, 8), (0, 1), (9, 1), (77, 1)])
def test_the_orientation_is_1_to_8(value, expected):
    assert orientation_of(with_exif(i112=value)) == expected


def test_broken_exif_is_no_exif():
    data = images.encode(images.draw_picture((40, 30)), exif=b"Exif\x00\x00II*\x00\xff\xff\xff\x7f")
    picture = Image.open(io.BytesIO(data))
    assert orientation_of(picture) == 1
    assert read_facts(picture) == {}


@pytest.mark.parametrize("offset", ["+23:59", "-24:00", "+14:60", "+15:00", "junk"])
def test_an_impossible_offset_is_left_out(offset):
    picture = with_exif(x9003="2024:01:01 00:00:00", x9011=offset)
    assert read_facts(picture)["taken_at"] == "2024-01-01T00:00:00"


@pytest.mark.parametrize("offset", ["+14:00", "-12:00", "+05:45"])
def test_offsets_of_real_places_are_kept(offset):
    picture = with_exif(x9003="2024:01:01 00:00:00", x9011=offset)
    assert read_facts(picture)["taken_at"] == f"2024-01-01T00:00:00{offset}"
