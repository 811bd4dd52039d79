"""Formats are detected by content, regardless of the file name."""

import pytest

from gallery.ingest import formats
from tests import images

DRAWN = [
    ("JPEG", formats.JPEG), ("PNG", formats.PNG), ("WEBP", formats.WEBP), ("GIF", formats.GIF),
    ("BMP", formats.BMP), ("TIFF", formats.TIFF), ("HEIF", formats.HEIC), ("AVIF", formats.AVIF),
]  # fmt: skip


@pytest.mark.parametrize(("pillow_name", "expected"), DRAWN)
def test_accepted_formats_are_recognised(pillow_name, expected):
    data = images.encode(images.draw_picture((64, 48)), pillow_name)
    assert formats.sniff(data[: formats.HEAD_BYTES]) is expected


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", None),
        (images.svg(), "an SVG drawing"),
        (b"\xef\xbb\xbf  <svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"<!DOCTYPE svg><svg/>", "an SVG drawing"),
        (images.text_file(), "text"),
        ("häßlich".encode()[:3], "text"),
        (b"%PDF-1.7", "a PDF"),
        (images.make_zip({"a": b""}), "a zip"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42", "a video"),
        (b"\x00\x00\x00\x18ftypjunk", "a video"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "a sound or video"),
        (b"\x13\x37\x00\x01binary", None),
        (b"\x81\x81\x81 not utf-8", None),
    ],
)
def test_other_files_are_described(head, words):
    assert formats.sniff(head) is None
    assert formats.describe_other(head) == words


def test_an_avif_that_starts_with_a_heif_brand_is_an_avif():
    head = b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf"
    assert formats.sniff(head) is formats.AVIF
    assert formats.sniff(head.replace(b"avif", b"heic")) is formats.HEIC


def test_a_box_longer_than_the_head_is_not_an_error():
    assert formats.sniff(b"\xff\xff\xff\xffftypheic") is formats.HEIC
    assert formats.sniff(b"\x00\x00\x00\x00ftyp") is None
