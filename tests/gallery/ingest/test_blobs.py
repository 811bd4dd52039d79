"""Files shared by rows: written once, and deleted after the last row is."""

import pytest
from django.db import transaction

from gallery.ingest import blobs
from gallery.ingest.intake import Destination
from gallery.models import Image
from tests import images
from tests.factories import make_collection
from tests.gallery.ingest.conftest import upload
from tests.ingesting import ingest_file


@pytest.fixture
def duplicates(transactional_db, destination):
    """Add the same picture to two collections."""
    other = Destination(
        collection=make_collection(destination.owner, "Other"), owner=destination.owner
    )
    return [
        ingest_file(upload(images.jpeg()), to=where, name="a.jpg").image
        for where in (destination, other)
    ]


def purge(image):
    with transaction.atomic():
        blobs.release_blobs([image])
        Image.objects.filter(pk=image.pk).delete()


def test_files_stay_until_the_last_row_is_deleted(duplicates, stored_files):
    before = stored_files()
    purge(duplicates[0])
    assert stored_files() == before
    purge(duplicates[1])
    assert stored_files() == []


def test_a_row_in_the_trash_keeps_its_files(duplicates, stored_files):
    from django.utils import timezone

    Image.objects.filter(pk=duplicates[1].pk).update(deleted_at=timezone.now())
    before = stored_files()
    purge(duplicates[0])
    assert stored_files() == before


def test_nothing_is_deleted_when_the_transaction_fails(duplicates, stored_files):
    before = stored_files()
    with pytest.raises(RuntimeError), transaction.atomic():
        blobs.release_blobs(duplicates)
        Image.objects.all().delete()
        raise RuntimeError
    assert stored_files() == before
    assert Image.objects.count() == 2


def test_existing_copies_are_not_written_again(db):
    blobs.write_renditions("ab" * 32, {320: b"one"})
    blobs.write_renditions("ab" * 32, {320: b"two", 640: b"new"})
    store = blobs.renditions_storage()
    with store.open(f"ab/ab/{'ab' * 32}/320.webp") as file:
        assert file.read() == b"one"
    assert store.exists(f"ab/ab/{'ab' * 32}/640.webp")


def test_every_hash_can_be_locked(db):
    with transaction.atomic():
        for sha256 in ("0" * 64, "f" * 64, "7f" + "0" * 62, "80" + "0" * 62):
            blobs.lock_blobs(sha256)
