"""Missing copies of older pictures are made a little at a time, once."""

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from PIL import Image as PillowImage

from gallery.ingest import blobs, missing_copies
from gallery.ingest.missing_copies import missing_widths, render_copies, render_missing_copies
from gallery.models.image import originals_storage
from gallery.tasks import render_missing_copies as task
from tests import images
from tests.gallery.ingest.conftest import upload
from tests.ingesting import ingest_file

LONG_S = 60


@pytest.fixture(autouse=True)
def fresh_walk():
    """Start without an earlier walk."""
    cache.clear()


@pytest.fixture
def pictures(destination, encoder):
    """Create three pictures from before the 480 px copy was added."""
    found = []
    for number in range(3):
        file = upload(images.jpeg((1000, 800), seed=number))
        found.append(ingest_file(file, to=destination, name=f"{number}.jpg").image)
        forget_copy(found[-1])
    return found


def forget_copy(image, width=480):
    blobs.renditions_storage().delete(image.rendition_name(width))


def test_the_walk_makes_missing_copies_from_the_original(pictures):
    assert render_missing_copies(budget_s=LONG_S) == 3
    for image in pictures:
        assert missing_widths(image) == []
        with blobs.renditions_storage().open(image.rendition_name(480)) as copy:
            assert PillowImage.open(copy).size == (480, 384)


def test_a_finished_walk_reads_nothing(pictures, django_assert_num_queries):
    render_missing_copies(budget_s=LONG_S)
    forget_copy(pictures[0])
    with django_assert_num_queries(0):
        assert render_missing_copies(budget_s=LONG_S) == 0


def test_another_run_continues_where_the_last_one_stopped(pictures):
    left = []
    for _ in pictures:
        assert render_missing_copies(budget_s=0) == 1
        left.append(sum(bool(missing_widths(image)) for image in pictures))
    assert left == [2, 1, 0]
    assert render_missing_copies(budget_s=0) == 0


def test_one_bad_original_does_not_stop_the_walk(pictures, caplog):
    name = pictures[0].original.name
    originals_storage().delete(name)
    originals_storage().save(name, ContentFile(b"bit rot"))
    originals_storage().delete(pictures[1].original.name)
    assert render_missing_copies(budget_s=LONG_S) == 1
    assert [missing_widths(image) for image in pictures] == [[480], [480], []]
    assert f"No copies of picture {pictures[0].pk}" in caplog.text


def test_a_store_that_fails_for_one_picture_does_not_stop_the_walk(pictures, monkeypatch, caplog):
    def fail_first(image):
        if image == pictures[0]:
            raise OSError("no space left on device")
        return render_copies(image)

    monkeypatch.setattr(missing_copies, "render_copies", fail_first)
    assert render_missing_copies(budget_s=LONG_S) == 2
    assert "no space left" in caplog.text


def test_other_widths_start_another_walk(pictures):
    assert "320-480-640-1600" in missing_copies._PLACE


def test_the_task_continues_the_walk(pictures):
    task()
    assert missing_widths(pictures[0]) == []
