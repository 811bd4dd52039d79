"""Incoming bytes: hashed while streaming, refused early, deleted at the end."""

import hashlib
import os
from io import BytesIO

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile

from gallery.exceptions import Refused
from gallery.ingest.formats import JPEG
from gallery.ingest.spool import CHUNK_BYTES, spooled
from tests import images


class Counting(BytesIO):
    """Counts how much of it was read. Its first reads return at most 100 bytes."""

    def read(self, size=-1):
        return super().read(min(size, 100) if self.tell() < 500 else size)


def test_a_stream_is_copied_hashed_and_deleted_at_the_end(stored_files):
    data = images.jpeg((1500, 1500), quality=95)
    with spooled(Counting(data), name="a.jpg") as file:
        assert file.path.read_bytes() == data
        assert file.sha256 == hashlib.sha256(data).hexdigest()
        assert (file.size_bytes, file.picture_format) == (len(data), JPEG)
    assert stored_files() == []


def test_an_upload_stored_on_disk_is_not_copied():
    data = images.jpeg()
    upload = TemporaryUploadedFile("a.jpg", "image/jpeg", len(data), None)
    upload.write(data)
    upload.seek(0)
    with spooled(upload, name="a.jpg") as file:
        assert str(file.path) == upload.temporary_file_path()
        assert file.sha256 == hashlib.sha256(data).hexdigest()
    assert os.path.exists(upload.temporary_file_path())  # noqa: PTH110
    upload.close()


@pytest.mark.parametrize(
    ("data", "reason", "words"),
    [
        (b"", "empty", "is empty"),
        (images.text_file(), "not_a_picture", "is text, which isn’t supported"),
        (images.svg(), "not_a_picture", "is an SVG drawing"),
        (b"\x00\x01\x02" * 50, "unknown_format", "isn’t a supported picture"),
    ],
)
def test_a_file_that_is_not_a_picture_is_refused(stored_files, data, reason, words):
    with pytest.raises(Refused) as refused, spooled(BytesIO(data), name="a.jpg"):
        pass
    assert refused.value.reason == reason
    assert words in refused.value.sentence
    assert stored_files() == []


def test_a_file_that_is_not_a_picture_is_refused_from_its_first_kilobyte():
    source = BytesIO(b"hello " * CHUNK_BYTES)
    with pytest.raises(Refused), spooled(source, name="a.jpg"):
        pass
    assert source.tell() <= 1024


def test_too_many_bytes_are_refused_while_they_stream(settings, stored_files):
    settings.MAX_UPLOAD_BYTES = 2 * CHUNK_BYTES
    source = BytesIO(images.jpeg() + b"\x00" * 10 * CHUNK_BYTES)
    with pytest.raises(Refused) as refused, spooled(source, name="a.jpg"):
        pass
    assert refused.value.sentence == ("“a.jpg” is larger than 2 MB, the limit for one file.")
    assert source.tell() <= 3 * CHUNK_BYTES
    assert stored_files() == []


def test_the_size_limit_is_exact(settings, tmp_path):
    data = images.jpeg()
    at_hand = TemporaryUploadedFile("a.jpg", "image/jpeg", len(data), None)
    at_hand.write(data)
    at_hand.flush()
    (tmp_path / "a.jpg").write_bytes(data)
    sources = (lambda: BytesIO(data), lambda: tmp_path / "a.jpg", lambda: at_hand)
    for source in sources:
        settings.MAX_UPLOAD_BYTES = len(data)
        with spooled(source(), name="a.jpg") as file:
            assert file.size_bytes == len(data)
        settings.MAX_UPLOAD_BYTES = len(data) - 1
        with pytest.raises(Refused) as refused, spooled(source(), name="a.jpg"):
            pass
        assert refused.value.reason == "too_many_bytes"
    at_hand.close()


def test_files_that_cannot_be_opened_are_refused(tmp_path, stored_files):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, words in [
        (tmp_path / "missing.jpg", "no such file"),
        (pipe, "isn’t a regular file"),
    ]:
        with pytest.raises(Refused) as refused, spooled(path, name=path.name):
            pass
        assert words in refused.value.sentence
    assert stored_files() == []


def test_a_stream_that_breaks_is_refused(stored_files):
    class Broken(BytesIO):
        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    with pytest.raises(Refused) as refused, spooled(Broken(), name="a.jpg"):
        pass
    assert refused.value.reason == "unreadable_file"
    assert stored_files() == []
