import io
import zipfile

import pytest
from django.core.files.base import ContentFile

from gallery.browsing import stream_zip
from gallery.browsing.downloads import MAX_NAME, unique_name
from gallery.models import Image
from tests.factories import make_collection, make_image


def stored(collection, name, content):
    image = make_image(collection, original_name=name)
    image.original.save(name, ContentFile(content))
    return image


def opened(images):
    return zipfile.ZipFile(io.BytesIO(b"".join(stream_zip(images))))


def test_a_zip_holds_the_originals_uncompressed_under_their_names(owner):
    collection = make_collection(owner)
    stored(collection, "cat.jpg", b"a cat" * 1000)
    stored(collection, "dog.jpg", b"a dog")
    archive = opened(Image.objects.order_by("pk"))
    assert archive.testzip() is None
    assert archive.namelist() == ["cat.jpg", "dog.jpg"]
    assert archive.read("cat.jpg") == b"a cat" * 1000
    assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


def test_a_zip_is_made_piece_by_piece(owner):
    stored(make_collection(owner), "cat.jpg", b"x" * 300_000)
    assert max(len(piece) for piece in stream_zip(Image.objects.all())) < 100_000


def test_a_file_that_is_missing_is_named_and_the_others_arrive(owner):
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
