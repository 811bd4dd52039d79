"""Upload batches: one item for each file, with its outcome."""

import pytest

from gallery.exceptions import NotAllowed
from gallery.ingest import bulk, upload_batches
from gallery.ingest.intake import Details
from gallery.ingest.upload_batches import (
    add_file_to_batch,
    create_batch,
)
from gallery.models import (
    Collection,
    Fate,
    Image,
    Membership,
    Role,
    UploadItem,
)
from tests import images
from tests.factories import make_collection, make_person
from tests.gallery.ingest.conftest import upload


@pytest.fixture
def batch(collection):
    """Create a batch of the collection's owner."""
    return create_batch(collection.owner, collection=collection)


def add(batch, data, name="a.jpg", **options):
    return add_file_to_batch(batch, file=upload(data, name), name=name, **options)


def test_a_stored_file_is_an_item_with_its_picture(batch):
    (item,) = add(batch, images.jpeg(), details=Details(caption="Hello", tags=("x",)))
    assert (item.fate, item.name, item.reason) == (Fate.STORED, "a.jpg", "")
    assert item.size_bytes == len(images.jpeg())
    assert (item.image.caption, item.image.tags) == ("Hello", ["x"])
    assert item.image.collection == batch.collection


def test_a_duplicate_points_to_the_existing_picture(batch):
    (first,) = add(batch, images.jpeg())
    (second,) = add(batch, images.jpeg(), "again.jpg")
    assert (second.fate, second.image) == (Fate.DUPLICATE, first.image)


def test_a_refused_file_is_an_item_with_its_sentence(batch):
    (item,) = add(batch, images.text_file(), "notes.jpg")
    assert (item.fate, item.reason, item.image) == (Fate.REFUSED, "not_a_picture", None)
    assert item.sentence.startswith("“notes.jpg” is text")
    assert UploadItem.objects.count() == 1


def test_a_zip_becomes_an_item_for_each_of_its_files(batch):
    data = images.make_zip(
        [("in/a.jpg", images.jpeg()), ("b.txt", b"hello"), ("../c.jpg", images.jpeg(seed=3)),
         ("in/d.png", images.png(seed=2)), ("__MACOSX/._a.jpg", b"x")]
    )  # fmt: skip
    items = add(batch, data, "pack.zip")
    assert [(item.name, item.fate, item.reason) for item in items] == [
        ("in/a.jpg", Fate.STORED, ""),
        ("b.txt", Fate.REFUSED, "not_a_picture"),
        ("c.jpg", Fate.REFUSED, "member_outside"),
        ("in/d.png", Fate.STORED, ""),
    ]


def test_an_invalid_zip_is_one_refused_item(batch):
    (item,) = add(batch, b"PK\x03\x04 broken", "pack.zip")
    assert (item.name, item.reason) == ("pack.zip", "archive_damaged")


def test_only_people_who_may_add_can_start_a_batch(collection, stranger):
    with pytest.raises(NotAllowed):
        create_batch(stranger, collection=collection)
    Membership.objects.create(collection=collection, person=stranger, role=Role.VIEWER)
    with pytest.raises(NotAllowed):
        create_batch(stranger, collection=collection)
    Membership.objects.update(role=Role.CONTRIBUTOR)
    assert create_batch(stranger, collection=collection).owner == stranger


def test_people_who_lose_permission_cannot_add_more(collection, stranger, stored_files):
    Membership.objects.create(collection=collection, person=stranger, role=Role.CONTRIBUTOR)
    batch = create_batch(stranger, collection=collection)
    Membership.objects.all().delete()
    with pytest.raises(NotAllowed):
        add(batch, images.jpeg())
    assert stored_files() == []


def test_an_administrator_can_add_anywhere(db):
    boss = make_person("boss", is_superuser=True)
    batch = create_batch(boss, collection=make_collection(make_person("other")))
    assert add(batch, images.jpeg())[0].image.owner == boss


@pytest.mark.django_db(transaction=True)
def test_a_collection_deleted_during_an_upload_gets_a_clear_error(batch, monkeypatch):
    record = bulk.record

    def record_too_late(*args, **options):
        Collection.objects.filter(pk=batch.collection_id).delete()
        return record(*args, **options)

    monkeypatch.setattr(bulk, "record", record_too_late)
    with pytest.raises(NotAllowed) as problem:
        add(batch, images.jpeg())
    assert problem.value.reason == "collection_gone"
    assert not Image.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_collection_deleted_as_a_batch_starts_gets_a_clear_error(collection, monkeypatch):
    check = upload_batches._check_may_add

    def check_too_early(owner, checked):
        check(owner, checked)
        Collection.objects.filter(pk=checked.pk).delete()

    monkeypatch.setattr(upload_batches, "_check_may_add", check_too_early)
    with pytest.raises(NotAllowed) as problem:
        create_batch(collection.owner, collection=collection)
    assert problem.value.reason == "collection_gone"
