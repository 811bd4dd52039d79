import io
import zipfile
from datetime import UTC, datetime

import pytest
from django.core.files.base import ContentFile

from gallery.browsing import stream_zip
from gallery.browsing.downloads import MAX_NAME, unique_name
from gallery.models import Image
from tests.factories import make_collection, make_image


def stored(collection, name, content, **fields):
    image = make_image(collection, original_name=name, size_bytes=len(content), **fields)
    image.original.save(name, ContentFile(content))
    return image


def opened(images):
    return zipfile.ZipFile(io.BytesIO(b"".join(stream_zip(images))))


def test_a_zip_contains_the_originals_uncompressed_under_their_names(owner):
    collection = make_collection(owner)
    stored(collection, "cat.jpg", b"a cat" * 1000)
    stored(collection, "dog.jpg", b"a dog")
    archive = opened(Image.objects.order_by("pk"))
    assert archive.testzip() is None
    assert archive.namelist() == ["cat.jpg", "dog.jpg"]
    assert archive.read("cat.jpg") == b"a cat" * 1000
    assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


def test_a_zip_is_streamed(owner):
    stored(make_collection(owner), "cat.jpg", b"x" * 300_000)
    assert max(len(piece) for piece in stream_zip(Image.objects.all())) < 100_000


def test_files_carry_the_time_when_the_picture_was_taken_or_else_added(owner, settings):
    settings.TIME_ZONE = "Europe/Vienna"
    collection = make_collection(owner)
    taken = datetime(2019, 7, 14, 10, 30, 6, tzinfo=UTC)
    stored(collection, "taken.jpg", b"a", taken_at=taken)
    added = stored(collection, "added.jpg", b"b")
    Image.objects.filter(pk=added.pk).update(created_at=datetime(2021, 1, 2, 3, 4, 8, tzinfo=UTC))
    archive = opened(Image.objects.order_by("pk"))
    moments = {info.filename: info.date_time for info in archive.infolist()}
    assert moments == {
        "taken.jpg": (2019, 7, 14, 12, 30, 6),
        "added.jpg": (2021, 1, 2, 4, 4, 8),
    }


@pytest.mark.parametrize(("year", "shown"), [(1904, 1980), (2500, 2107)])
def test_years_that_a_zip_cannot_express_become_the_nearest_one(owner, year, shown):
    taken = datetime(year, 2, 3, 4, 5, 6, tzinfo=UTC)
    stored(make_collection(owner), "old.jpg", b"a", taken_at=taken)
    archive = opened(Image.objects.all())
    assert archive.testzip() is None
    assert archive.infolist()[0].date_time[0] == shown


def test_a_file_above_four_gigabytes_gets_the_large_format(owner, monkeypatch):
    """Without it, ZipFile stops with an error in the middle of the download."""
    image = stored(make_collection(owner), "large.bin", b"x" * 1000)
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 500)
    archive = opened(Image.objects.filter(pk=image.pk))
    assert len(archive.read("large.bin")) == 1000


def test_a_missing_file_is_listed_and_the_others_are_included(owner):
    collection = make_collection(owner)
    make_image(collection, original_name="gone.jpg")
    stored(collection, "dog.jpg", b"a dog")
    archive = opened(Image.objects.order_by("pk"))
    assert archive.namelist() == ["dog.jpg", "missing.txt"]
    assert b"gone.jpg" in archive.read("missing.txt")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("cat.jpg", "cat.jpg"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\\b:c*.png", "a_b_c_.png"),
        ("CON.jpg", "_CON.jpg"),
        ("...", "picture"),
        ("été.jpg", "été.jpg"),
    ],
)
def test_names_are_safe_on_every_system(name, safe):
    assert unique_name(name, taken=set()) == safe


def test_names_are_unique_whatever_their_case_and_not_too_long():
    taken = set()
    names = [unique_name(name, taken=taken) for name in ("a.jpg", "A.JPG", "a.jpg", "a (2).jpg")]
    assert names == ["a.jpg", "A (2).JPG", "a (3).jpg", "a (2) (2).jpg"]
    assert len(unique_name("x" * 400 + ".jpg", taken=taken)) <= MAX_NAME
