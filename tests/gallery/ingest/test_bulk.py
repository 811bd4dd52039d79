"""Ingesting many files: order is kept, failures are isolated, and stopping early leaves nothing."""

import io

import pytest

from gallery.exceptions import Refused
from gallery.ingest import bulk
from gallery.ingest.bulk import Incoming, ingest_many
from gallery.ingest.intake import Details, Duplicate, Stored
from gallery.models import RENDITION_WIDTHS, Image
from tests import images

FILES_PER_PICTURE = 1 + len(RENDITION_WIDTHS)


def incoming(*files):
    return [Incoming(name=name, source=io.BytesIO(data)) for name, data in files]


def test_outcomes_are_in_the_order_of_the_files(destination):
    files = [(f"{n}.jpg", images.jpeg((900 - n * 80, 400), seed=n)) for n in range(9)]
    outcomes = list(ingest_many(incoming(*files), to=destination, workers=3))
    assert [outcome.name for outcome in outcomes] == [name for name, _ in files]
    assert [outcome.size_bytes for outcome in outcomes] == [len(data) for _, data in files]
    assert all(isinstance(outcome.result, Stored) for outcome in outcomes)
    assert list(Image.objects.order_by("pk").values_list("original_name", flat=True)) == [
        name for name, _ in files
    ]


def test_one_bad_file_is_one_refusal(destination, stored_files):
    files = [("a.jpg", images.jpeg()), ("b.jpg", images.truncated_jpeg()), ("c.jpg", b""),
             ("d.jpg", images.jpeg(seed=4))]  # fmt: skip
    kinds = [
        type(outcome.result).__name__ for outcome in ingest_many(incoming(*files), to=destination)
    ]
    assert kinds == ["Stored", "Refused", "Refused", "Stored"]
    assert len(stored_files()) == 2 * FILES_PER_PICTURE


def test_an_already_refused_file_is_passed_through(destination):
    refused = Refused("“x” is not for us.", reason="why")
    (outcome,) = ingest_many([Incoming(name="x", source=refused)], to=destination)
    assert outcome.result is refused


def test_the_same_bytes_twice_in_one_run(destination):
    files = [("a.jpg", images.jpeg()), ("b.jpg", images.jpeg()), ("c.jpg", images.jpeg())]
    first, *others = ingest_many(incoming(*files), to=destination)
    assert isinstance(first.result, Stored)
    assert [outcome.result for outcome in others] == [Duplicate(first.result.image)] * 2


def test_a_duplicate_fills_in_a_missing_caption(destination):
    """Importing again with captions is how people add captions."""
    words = [Details(), Details(caption="First"), Details(caption="Second", title="T")]
    items = [
        Incoming(name="a.jpg", source=io.BytesIO(images.jpeg()), details=details)
        for details in words
    ]
    list(ingest_many(items, to=destination))
    image = Image.objects.get()
    assert (image.caption, image.title) == ("First", "T")


def test_names_with_folders_keep_their_last_part(destination):
    item = Incoming(
        name="2021/summer/sea.jpg", source=io.BytesIO(images.jpeg()), details=Details(caption="Sea")
    )
    (outcome,) = ingest_many([item], to=destination)
    assert outcome.name == "2021/summer/sea.jpg"
    assert (outcome.result.image.original_name, outcome.result.image.caption) == ("sea.jpg", "Sea")


def test_stopping_early_leaves_nothing_of_files_in_progress(
    transactional_db, destination, stored_files
):
    files = [(f"{n}.jpg", images.jpeg(seed=n)) for n in range(12)]
    outcomes = ingest_many(incoming(*files), to=destination, workers=2)
    next(outcomes)
    outcomes.close()
    assert len(stored_files()) == FILES_PER_PICTURE * Image.objects.count()
    assert Image.objects.count() == 1


def test_a_failure_of_the_database_stops_the_run_and_leaves_nothing(
    transactional_db, destination, stored_files, monkeypatch
):
    def fail(*_args, **_kwargs):
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(bulk, "record", fail)
    files = [(f"{n}.jpg", images.jpeg(seed=n)) for n in range(6)]
    with pytest.raises(RuntimeError):
        list(ingest_many(incoming(*files), to=destination))
    assert stored_files() == []
