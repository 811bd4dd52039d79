"""A batch rendered for the page and for the script."""

from django.test import RequestFactory

from gallery.browsing import BatchRows
from gallery.models import Fate, UploadBatch, UploadItem
from gallery.views.upload_rows import as_json, limits, summary_of
from tests.factories import make_collection, make_image


def make_batch(owner):
    collection = make_collection(owner)
    batch = UploadBatch.objects.create(owner=owner, collection=collection)
    UploadItem.objects.create(
        batch=batch, name="cat.jpg", fate=Fate.STORED, image=make_image(collection)
    )
    UploadItem.objects.create(batch=batch, name="notes.txt", fate=Fate.REFUSED, sentence="Text.")
    return batch


def test_the_summary_has_every_state(owner, encoder):
    assert summary_of(make_batch(owner)) == {
        "counts": {
            "waiting": 1, "searchable": 0, "failed": 0, "duplicate": 0, "refused": 1, "deleted": 0,
        },
        "total": 2,
        "stored": 1,
        "is_pending": True,
    }  # fmt: skip


def test_the_script_gets_rows_of_html_and_whether_to_poll_again(owner, encoder):
    batch = make_batch(owner)
    request = RequestFactory().get("/")
    request.user = owner
    found = as_json(request, batch, rows=BatchRows(batch))
    assert found["pending"] is True
    assert [row["progress"] for row in found["items"]] == ["refused", "waiting"]
    assert "notes.txt" in found["items"][0]["html"]
    assert [row["image"] is None for row in found["items"]] == [True, False]


def test_limits_are_bytes_for_the_script_and_text_for_people(settings):
    settings.MAX_UPLOAD_BYTES, settings.MAX_ARCHIVE_BYTES = 1024 * 1024, 2 * 1024 * 1024
    found = limits()
    assert (found["max_bytes"], found["max_archive_bytes"]) == (1048576, 2097152)
    assert "1" in found["max_words"]
    assert "2" in found["max_archive_words"]
