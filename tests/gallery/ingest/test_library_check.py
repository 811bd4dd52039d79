"""Each kind of problem is found, repaired where possible, and then no longer found."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from gallery.ingest import blobs
from gallery.ingest.library_check import ProblemKind, find_problems
from gallery.ingest.library_repair import repair
from gallery.ingest.spool import spool_folder
from gallery.models import RENDITION_WIDTHS, EmbeddingJob, Image, QueryImage
from gallery.models.image import originals_storage
from gallery.models.query_image import queries_storage
from tests import images
from tests.factories import make_image
from tests.gallery.ingest.conftest import upload
from tests.ingesting import ingest_file

LONG_AGO_S = 3 * 3600


@pytest.fixture
def picture(destination, encoder):
    """Create a picture without problems."""
    return ingest_file(upload(images.jpeg()), to=destination, name="a.jpg").image


def age(*files):
    for file in files:
        os.utime(file, (time.time() - LONG_AGO_S,) * 2)


def found():
    return [finding.problem for finding in find_problems()]


def repair_all():
    return {finding.problem: repair(finding) for finding in list(find_problems())}


def test_a_consistent_library_has_no_findings(picture):
    age(originals_storage().path(picture.original.name))
    assert found() == []


def test_a_missing_original_is_found_and_cannot_be_repaired(picture):
    originals_storage().delete(picture.original.name)
    (finding,) = find_problems()
    assert finding.problem == ProblemKind.MISSING_ORIGINAL
    assert finding.sentence.endswith("Restore it from a backup.")
    assert repair(finding) is False


def test_missing_copies_are_made_again(picture):
    name = picture.rendition_name(640)
    with blobs.renditions_storage().open(name) as file:
        before = file.read()
    blobs.renditions_storage().delete(name)
    assert repair_all() == {ProblemKind.MISSING_RENDITIONS: True}
    with blobs.renditions_storage().open(name) as file:
        assert file.read() == before
    assert found() == []


def test_copies_of_a_damaged_original_cannot_be_made(picture):
    blobs.renditions_storage().delete(picture.rendition_name(640))
    originals_storage().save(picture.original.name, ContentFile(b"bit rot"))
    assert repair_all() == {ProblemKind.MISSING_RENDITIONS: False}


def test_files_without_a_row_are_deleted(picture, stored_files):
    names = stored_files()
    Image.objects.all().delete()
    store = originals_storage()
    age(store.path(picture.original.name))
    for width in RENDITION_WIDTHS:
        age(blobs.renditions_storage().path(picture.rendition_name(width)))
    assert sorted(found()) == [ProblemKind.ORPHAN_ORIGINAL] + [ProblemKind.ORPHAN_RENDITIONS] * 4
    assert stored_files() == names
    repair_all()
    assert stored_files() == []


def test_a_file_that_a_row_now_uses_is_kept(destination, encoder, stored_files):
    image = ingest_file(upload(images.jpeg()), to=destination, name="a.jpg").image
    names = stored_files()
    Image.objects.all().delete()
    age(originals_storage().path(image.original.name))
    (finding,) = find_problems()
    make_image(destination.collection, sha256=image.sha256, original=image.original.name)
    assert repair(finding) is False
    assert stored_files() == names


def test_a_recent_file_may_belong_to_an_upload_in_progress(picture):
    Image.objects.all().delete()
    assert found() == []


def test_a_file_with_a_strange_name_is_deleted_too(db, stored_files):
    originals_storage().save("ab/notes.txt", ContentFile(b"x"))
    age(originals_storage().path("ab/notes.txt"))
    assert repair_all() == {ProblemKind.ORPHAN_ORIGINAL: True}
    assert stored_files() == []


def test_partly_written_files_are_deleted(db, stored_files):
    part = Path(originals_storage().location) / "ab" / ".part-0123"
    spool = spool_folder() / "ingest-xyz"
    young = spool_folder() / "ingest-young"
    part.parent.mkdir(parents=True)
    for file in (part, spool, young):
        file.write_bytes(b"half")
    age(part, spool)
    assert found() == [ProblemKind.LEFTOVER] * 2
    repair_all()
    assert stored_files() == ["ingest-young"]
    young.unlink()


def test_a_picture_without_a_vector_or_a_job_is_queued(picture, encoder):
    EmbeddingJob.objects.all().delete()
    assert repair_all() == {ProblemKind.MISSING_JOB: True}
    assert EmbeddingJob.objects.get().image == picture
    assert found() == []


def test_a_picture_in_the_trash_needs_no_job(picture):
    EmbeddingJob.objects.all().delete()
    Image.objects.update(deleted_at=timezone.now())
    assert found() == []


def test_expired_and_orphaned_query_pictures_are_deleted(db, stored_files):
    store = queries_storage()
    for name in ("expired.webp", "current.webp", "stray.webp"):
        store.save(name, ContentFile(b"x"))
        age(store.path(name))
    for name, hours in (("expired.webp", -1), ("current.webp", 1)):
        QueryImage.objects.create(
            file=name, width=1, height=1, expires_at=timezone.now() + timedelta(hours=hours)
        )
    assert found() == [ProblemKind.EXPIRED_QUERY, ProblemKind.ORPHAN_QUERY]
    repair_all()
    assert stored_files() == ["current.webp"]
    assert QueryImage.objects.get().file.name == "current.webp"


def test_progress_is_reported(picture):
    seen = {}
    list(find_problems(progress=lambda what, count: seen.update({what: seen.get(what, 0) + count})))
    assert seen["pictures"] == 1


def test_the_number_of_queries_does_not_grow_with_the_library(
    destination, encoder, django_assert_max_num_queries
):
    for seed in range(5):
        ingest_file(upload(images.jpeg(seed=seed)), to=destination, name="a.jpg")
    with django_assert_max_num_queries(8):
        list(find_problems())
