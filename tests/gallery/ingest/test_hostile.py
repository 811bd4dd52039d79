"""Anything the outside world may send is accepted as people expect, or refused in one sentence.

Afterwards, the database and the disk contain exactly what was accepted, and the next file works.
"""

import tarfile
from pathlib import Path

import pytest

from gallery.exceptions import Refused
from gallery.ingest.bulk import Incoming, ingest_many
from gallery.ingest.intake import Stored
from gallery.ingest.sources import incoming_from_zip
from gallery.models import RENDITION_WIDTHS, Image
from tests import images
from tests.gallery.ingest.conftest import upload
from tests.ingesting import ingest_file

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpora" / "malformed.tar.gz"

ACCEPTED = {
    "animated GIF": (lambda: images.animated("GIF"), (200, 150)),
    "animated WebP": (lambda: images.animated("WEBP"), (200, 150)),
    "animated PNG": (lambda: images.animated("PNG"), (200, 150)),
    "CMYK": (images.cmyk_jpeg, (640, 480)),
    "16-bit PNG": (images.gray_16_bit, (256, 64)),
    "16-bit TIFF": (lambda: images.gray_16_bit("TIFF"), (256, 64)),
    "palette with transparency": (images.palette_with_transparency, (200, 100)),
    "EXIF-rotated": (images.rotated_by_exif, (200, 400)),
    "HEIC": (lambda: images.encode(images.draw_picture(), "HEIF"), (640, 480)),
    "AVIF": (lambda: images.encode(images.draw_picture(), "AVIF"), (640, 480)),
    "BMP": (lambda: images.encode(images.draw_picture(), "BMP"), (640, 480)),
    "strange profile": (images.jpeg_with_swapped_profile, (640, 480)),
    "one pixel": (lambda: images.png((1, 1)), (1, 1)),
    "a long strip": (lambda: images.png((20_000, 2)), (20_000, 2)),
    "a high strip": (lambda: images.png((2, 20_000)), (2, 20_000)),
}
REFUSED = {
    "empty": (bytes, "empty"),
    "truncated JPEG": (images.truncated_jpeg, "truncated"),
    "text renamed": (images.text_file, "not_a_picture"),
    "SVG": (images.svg, "not_a_picture"),
    "30,000 x 30,000 PNG": (images.huge_png, "too_many_pixels"),
    "PNG that claims 2 GB": (images.png_claiming_two_gigabytes, "truncated"),
    "BMP that claims 2 GB": (images.bmp_claiming_two_gigabytes, "too_many_pixels"),
    "zip named .jpg": (lambda: images.make_zip({"a": b"x"}), "not_a_picture"),
    "only a signature": (lambda: b"\x89PNG\r\n\x1a\n", "damaged"),
}
NAMES = [
    "../../../etc/passwd.jpg", 'quo"te\'s.jpg', "\u202egpj.exe", "x" * 300 + ".jpg", "", "\x00.jpg",
    "<b>bold</b>.jpg", "CON.jpg", "a\r\nSet-Cookie: x.jpg",
]  # fmt: skip


@pytest.mark.parametrize("kind", ACCEPTED)
def test_unusual_pictures_are_accepted(destination, stored_files, kind):
    make, size = ACCEPTED[kind]
    image = ingest_file(upload(make()), to=destination, name=f"{kind}.jpg").image
    assert (image.width, image.height) == size
    assert len(stored_files()) == 1 + len(RENDITION_WIDTHS)


@pytest.mark.parametrize("kind", REFUSED)
def test_bad_files_are_refused_and_the_next_one_is_stored(destination, stored_files, kind):
    make, reason = REFUSED[kind]
    with pytest.raises(Refused) as refused:
        ingest_file(upload(make()), to=destination, name="bad.jpg")
    assert refused.value.reason == reason
    assert is_one_sentence(refused.value.sentence, "bad.jpg")
    assert stored_files() == []
    assert isinstance(ingest_file(upload(images.jpeg()), to=destination, name="ok.jpg"), Stored)


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_are_harmless(destination, stored_files, name):
    image = ingest_file(upload(images.jpeg()), to=destination, name=name).image
    assert image.original_name
    assert len(image.original_name) <= 255
    assert not set(image.original_name) & set("/\\\x00\r\n\u202e")
    assert image.original.name == f"{image.sha256[:2]}/{image.sha256[2:4]}/{image.sha256}.jpg"


def test_a_zip_with_everything_bad_in_it(destination, stored_files):
    """A thousand folders, a bomb, a path outside and a nested zip: the pictures among them are
    ingested."""
    members = [(f"{n}/{n}/x.txt", b"x") for n in range(1000)]
    members += [
        ("bomb.jpg", images.jpeg((64, 64)) + bytes(64 << 20)), ("../../slip.jpg", images.jpeg()),
        ("in.zip", images.zip_bomb(1)), ("good.jpg", images.jpeg(seed=1)),
        ("half.jpg", images.truncated_jpeg()), ("fine.png", images.png(seed=2)),
    ]  # fmt: skip
    archive = upload(images.make_zip(members)).file
    outcomes = list(ingest_many(incoming_from_zip(archive, name="a.zip"), to=destination))
    refused = [outcome for outcome in outcomes if isinstance(outcome.result, Refused)]
    stored = [outcome.name for outcome in outcomes if isinstance(outcome.result, Stored)]
    assert stored == ["good.jpg", "fine.png"]
    assert len(refused) == 1004
    assert {outcome.result.reason for outcome in refused[1000:]} == {
        "member_bomb", "member_outside", "nested_archive", "truncated",
    }  # fmt: skip
    assert all(is_one_sentence(outcome.result.sentence) for outcome in refused)
    assert len(stored_files()) == 2 * (1 + len(RENDITION_WIDTHS))


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.exists(), reason="needs ../shared/corpora/malformed.tar.gz")
def test_all_malformed_files_of_the_corpus(destination, stored_files):
    """1,708 files made to break decoders: each is stored, or refused in one sentence."""
    with tarfile.open(CORPUS) as corpus:
        files = (
            Incoming(name=member.name, source=corpus.extractfile(member))
            for member in corpus
            if member.isfile()
        )
        outcomes = list(ingest_many(files, to=destination))
    assert len(outcomes) >= 1_708
    reasons = {o.result.reason for o in outcomes if isinstance(o.result, Refused)}
    assert reasons <= {
        "damaged", "truncated", "too_many_pixels", "not_a_picture", "unknown_format", "empty",
    }  # fmt: skip
    for outcome in outcomes:
        if isinstance(outcome.result, Refused):
            assert is_one_sentence(outcome.result.sentence)
    rows = Image.objects.count()
    assert rows == sum(isinstance(outcome.result, Stored) for outcome in outcomes) > 200
    assert len(stored_files()) == rows * (1 + len(RENDITION_WIDTHS))


def is_one_sentence(sentence, name=""):
    return (
        sentence.startswith(f"“{name}")
        and sentence.endswith(".")
        and "\n" not in sentence
        and len(sentence) < 300
        and ". " not in sentence.replace("….", "…")
    )
