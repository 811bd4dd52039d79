"""Ingest into a collection, and check that nothing is left on disk."""

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import File

from gallery.ingest.intake import Destination
from tests.factories import make_collection


@pytest.fixture
def collection(owner):
    """Create the collection for the pictures of a test."""
    return make_collection(owner, "Holiday")


@pytest.fixture
def destination(collection):
    """Return the collection with its owner."""
    return Destination(collection=collection, owner=collection.owner)


@pytest.fixture
def as_file(tmp_path):
    """Return write(data, name), which writes bytes to a file on disk."""

    def write(data, name="picture.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    return write


@pytest.fixture
def stored_files():
    """Return a function that lists every file in the picture stores and the spool."""

    def names():
        roots = [Path(settings.MEDIA_ROOT), Path(settings.FILE_UPLOAD_TEMP_DIR)]
        files = (file for root in roots if root.exists() for file in root.rglob("*"))
        return sorted(file.name for file in files if file.is_file())

    return names


def upload(data, name="picture.jpg"):
    """Return bytes as an upload from Django."""
    return File(io.BytesIO(data), name=name)
