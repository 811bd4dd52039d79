"""Upload batches: their URLs, their order, and what remains when a picture is deleted."""

from datetime import timedelta

import pytest

from gallery.models import Fate, UploadBatch, UploadItem
from tests.factories import make_collection, make_image


@pytest.fixture
def collection(owner):
    return make_collection(owner)


@pytest.fixture
def batch(owner, collection):
    return UploadBatch.objects.create(owner=owner, collection=collection)


def test_a_batch_has_a_page_with_an_unguessable_id(batch):
    assert batch.get_absolute_url() == f"/upload/{batch.pk}/"
    assert batch.pk.version == 4
    assert str(batch) == f"batch {batch.pk}"


def test_the_newest_batch_comes_first(batch, owner, collection):
    earlier = UploadBatch.objects.create(owner=owner, collection=collection)
    moment = batch.created_at - timedelta(hours=1)
    UploadBatch.objects.filter(pk=earlier.pk).update(created_at=moment)
    assert list(UploadBatch.objects.newest_first()) == [batch, earlier]


def test_a_row_stays_when_its_picture_is_deleted(batch, collection):
    item = UploadItem.objects.create(
        batch=batch, name="a.jpg", fate=Fate.STORED, image=make_image(collection)
    )
    item.image.delete()
    item.refresh_from_db()
    assert item.image is None
    assert str(item) == "a.jpg: Stored"


def test_files_are_listed_in_upload_order(batch):
    for name in ("b.jpg", "a.jpg"):
        UploadItem.objects.create(batch=batch, name=name, fate=Fate.REFUSED)
    assert [item.name for item in batch.items.all()] == ["b.jpg", "a.jpg"]
