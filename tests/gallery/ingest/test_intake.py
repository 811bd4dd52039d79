"""Ingesting one file: what is recorded, what is refused, and what a failure leaves behind."""

import threading

import pytest
from django.db import connection, connections, transaction

from gallery.exceptions import Refused
from gallery.ingest import blobs, intake
from gallery.ingest.intake import Destination, Details, Duplicate, Stored
from gallery.ingest.spool import spooled
from gallery.models import RENDITION_WIDTHS, EmbeddingJob, Image
from gallery.models.image import originals_storage
from tests import images
from tests.factories import make_collection
from tests.gallery.ingest.conftest import upload
from tests.ingesting import ingest_file
from tests.races import RACE_TIMEOUT_S, threads, wait_until_blocked


def test_a_picture_is_recorded_with_its_files_and_its_job(destination, encoder, stored_files):
    data = images.jpeg_with_exif()
    details = Details(title="Paris", caption="A street", tags=("city", "rain"))
    result = ingest_file(upload(data), to=destination, name="IMG_1.JPG", details=details)
    assert isinstance(result, Stored)
    image = Image.objects.get(pk=result.image.pk)
    assert (image.width, image.height, image.size_bytes) == (800, 600, len(data))
    assert (image.title, image.caption, image.tags) == ("Paris", "A street", ["city", "rain"])
    assert (image.original_name, image.media_type) == ("IMG_1.JPG", "image/jpeg")
    assert image.camera == "NIKON D750"
    assert image.taken_at.isoformat() == "2021-05-12T12:30:00+00:00"
    assert image.owner == destination.owner
    assert image.perceptual_hash is not None
    with image.original.open("rb") as original:
        assert original.read() == data
    assert EmbeddingJob.objects.filter(image=image, encoder=encoder).count() == 1
    names = sorted([f"{image.sha256}.jpg", *(f"{width}.webp" for width in RENDITION_WIDTHS)])
    assert stored_files() == names


def test_texts_are_cut_to_the_length_of_their_columns(destination):
    words = Details(title="t" * 999, caption="c\x00d\ud800", tags=("g" * 99, " ", "a", "a"))
    image = ingest_file(upload(images.jpeg()), to=destination, name="a.jpg", details=words).image
    image.refresh_from_db()
    assert (len(image.title), image.caption, image.tags) == (200, "cd?", ["g" * 60, "a"])


def test_the_location_of_a_photograph_is_only_in_the_original(destination):
    image = ingest_file(upload(images.jpeg_with_exif()), to=destination, name="a.jpg").image
    assert not [key for key in image.exif if "gps" in key.lower()]
    for width in RENDITION_WIDTHS:
        with blobs.renditions_storage().open(image.rendition_name(width)) as copy:
            data = copy.read()
        assert b"EXIF" not in data
        assert b"ICCP" not in data
        assert b"XMP" not in data


def test_the_same_bytes_twice_are_one_picture(destination):
    first = ingest_file(upload(images.jpeg()), to=destination, name="a.jpg")
    second = ingest_file(upload(images.jpeg()), to=destination, name="b.jpg")
    assert second == Duplicate(first.image)
    assert Image.objects.count() == 1


def test_the_same_bytes_in_two_collections_are_two_rows_and_one_file(destination, stored_files):
    other = Destination(
        collection=make_collection(destination.owner, "Other"), owner=destination.owner
    )
    ingest_file(upload(images.jpeg()), to=destination, name="a.jpg")
    before = stored_files()
    assert isinstance(ingest_file(upload(images.jpeg()), to=other, name="a.jpg"), Stored)
    assert stored_files() == before
    assert Image.objects.count() == 2


def test_bytes_in_the_trash_can_be_uploaded_again(destination):
    from django.utils import timezone

    first = ingest_file(upload(images.jpeg()), to=destination, name="a.jpg").image
    Image.objects.filter(pk=first.pk).update(deleted_at=timezone.now())
    assert isinstance(ingest_file(upload(images.jpeg()), to=destination, name="a.jpg"), Stored)


def test_a_refused_file_leaves_no_row_and_no_file(destination, stored_files):
    with pytest.raises(Refused) as refused:
        ingest_file(upload(images.truncated_jpeg()), to=destination, name="../x/half.jpg")
    assert refused.value.reason == "truncated"
    assert "“half.jpg”" in refused.value.sentence
    assert Image.objects.count() == 0
    assert stored_files() == []


def test_a_file_on_disk_is_copied_and_stays(destination, as_file):
    path = as_file(images.png(), "a.png")
    image = ingest_file(path, to=destination, name=path.name).image
    path.write_bytes(b"edited later")
    with image.original.open("rb") as original:
        assert original.read() == images.png()


def test_a_failure_of_the_database_leaves_no_file(
    transactional_db, destination, monkeypatch, stored_files
):
    def fail(*_args, **_kwargs):
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(EmbeddingJob.objects.__class__, "enqueue", fail)
    with pytest.raises(RuntimeError):
        ingest_file(upload(images.jpeg()), to=destination, name="a.jpg")
    assert Image.objects.count() == 0
    assert stored_files() == []


def test_a_full_disk_is_reported_as_a_refusal(destination, monkeypatch, stored_files):
    def fail(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(blobs, "write_renditions", fail)
    with pytest.raises(Refused) as refused:
        ingest_file(upload(images.jpeg()), to=destination, name="a.jpg")
    assert refused.value.sentence == "“a.jpg” couldn’t be stored: no space left on device."
    assert Image.objects.count() == 0


def test_two_uploads_of_the_same_bytes_at_once_are_one_picture(transactional_db, destination):
    results, meet = [], threading.Barrier(2)
    real_prepare = intake.prepare

    def prepare_together(*args, **kwargs):
        prepared = real_prepare(*args, **kwargs)
        meet.wait(timeout=20)
        return prepared

    def add():
        try:
            results.append(ingest_file(upload(images.jpeg()), to=destination, name="a.jpg"))
        finally:
            connections.close_all()

    intake.prepare = prepare_together
    try:
        threads = [threading.Thread(target=add) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        intake.prepare = real_prepare
    assert sorted(type(result).__name__ for result in results) == ["Duplicate", "Stored"]
    assert Image.objects.count() == 1
    assert originals_storage().exists(Image.objects.get().original.name)


def test_a_deletion_between_writing_and_recording_removes_nothing(transactional_db, destination):
    with spooled(upload(images.jpeg()), name="a.jpg") as file:
        prepared = intake.prepare(file, name="a.jpg")
        assert blobs.delete_unreferenced(file.sha256, original=blobs.original_name(file))
        image = intake.record(prepared, to=destination).image
    assert originals_storage().exists(image.original.name)
    assert blobs.renditions_storage().exists(image.rendition_name(320))


def test_a_row_that_appears_without_the_lock_makes_a_duplicate(destination, monkeypatch):
    """Moving and restoring pictures take no lock, so the constraint decides."""
    first = ingest_file(upload(images.jpeg()), to=destination, name="a.jpg").image
    answers = iter([None, None, first])
    monkeypatch.setattr(intake, "find_duplicate", lambda *_a, **_k: next(answers))
    assert ingest_file(upload(images.jpeg()), to=destination, name="b.jpg") == Duplicate(first)
    assert not connection.needs_rollback


def test_a_query_picture_is_read_and_not_stored(db, stored_files):
    picture = intake.read_query_picture(upload(images.rotated_by_exif(6)), name="q.jpg")
    assert (picture.width, picture.height) == (200, 400)
    assert list(picture.renditions) == [intake.QUERY_WIDTH]
    assert stored_files() == []


def test_rows_are_written_in_few_queries(destination, encoder, django_assert_max_num_queries):
    ingest_file(upload(images.jpeg(seed=1)), to=destination, name="warm.jpg")
    with django_assert_max_num_queries(11):
        ingest_file(upload(images.jpeg(seed=2)), to=destination, name="a.jpg")


def test_concurrent_recordings_of_the_same_bytes_take_turns(transactional_db, destination):
    """The second caller waits for the first and finds its picture; no blob is written twice."""
    with threads() as run, spooled(upload(images.jpeg()), name="a.jpg") as file:
        prepared = intake.prepare(file, name="a.jpg")
        with transaction.atomic():
            first = intake.record(prepared, to=destination).image
            other = run(lambda: intake.record(prepared, to=destination))
            wait_until_blocked()
        assert other.result(timeout=RACE_TIMEOUT_S) == Duplicate(first)


def test_a_recording_waits_for_a_deletion_of_the_same_content(transactional_db, destination):
    """The lock is taken before the blobs are looked up; otherwise the deletion would remove
    them."""
    with threads() as run, spooled(upload(images.jpeg()), name="a.jpg") as file:
        prepared = intake.prepare(file, name="a.jpg")
        with transaction.atomic():
            blobs.lock_blobs(file.sha256)
            other = run(lambda: intake.record(prepared, to=destination))
            wait_until_blocked()
            originals_storage().delete(blobs.original_name(file))
        image = other.result(timeout=RACE_TIMEOUT_S).image
    assert originals_storage().exists(image.original.name)


def test_a_deletion_waits_for_a_recording_of_the_same_content(transactional_db, destination):
    with threads() as run, spooled(upload(images.jpeg()), name="a.jpg") as file:
        prepared = intake.prepare(file, name="a.jpg")
        with transaction.atomic():
            image = intake.record(prepared, to=destination).image
            original = blobs.original_name(file)
            other = run(lambda: blobs.delete_unreferenced(file.sha256, original=original))
            wait_until_blocked()
        assert other.result(timeout=RACE_TIMEOUT_S) is False
    assert originals_storage().exists(image.original.name)
