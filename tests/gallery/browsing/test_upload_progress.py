"""The progress of a batch: one rule for counts, order and rows, in few queries."""

import itertools

import pytest
from django.utils import timezone

from gallery.browsing import BatchRows, FileState, summarize_batch
from gallery.models import Embedding, EmbeddingJob, Fate, UploadBatch, UploadItem
from tests.factories import TINY_DIMENSION, make_collection, make_image

VECTOR = [1.0] + [0.0] * (TINY_DIMENSION - 1)
_numbers = itertools.count(1)


@pytest.fixture
def batch(owner, encoder):
    """Create an empty batch of the collection's owner."""
    return UploadBatch.objects.create(owner=owner, collection=make_collection(owner))


def add_item(batch, name="", *, fate=Fate.STORED, image=None, **fields):
    name = name or f"{next(_numbers)}.jpg"
    return UploadItem.objects.create(batch=batch, name=name, fate=fate, image=image, **fields)


def add_picture(batch, name="", **fields):
    """Add a stored file and its picture."""
    return add_item(batch, name, image=make_image(batch.collection, **fields))


def fill(batch, encoder):
    """Add one file in each state, in the order in which they were sent."""
    add_picture(batch, "searchable.jpg", vector=VECTOR)
    add_picture(batch, "trashed.jpg", vector=VECTOR, deleted_at=timezone.now())
    add_item(batch, "gone.jpg")
    add_picture(batch, "waiting.jpg")
    failed = add_picture(batch, "failed.jpg")
    EmbeddingJob.objects.create(
        image=failed.image,
        encoder=encoder,
        quarantined_at=timezone.now(),
        reason="The picture cannot be read.",
    )
    add_item(batch, "duplicate.jpg", fate=Fate.DUPLICATE, image=make_image(batch.collection))
    add_item(batch, "refused.jpg", fate=Fate.REFUSED, reason="empty", sentence="It is empty.")


STATES = {
    "refused.jpg": FileState.REFUSED,
    "failed.jpg": FileState.FAILED,
    "waiting.jpg": FileState.WAITING,
    "duplicate.jpg": FileState.DUPLICATE,
    "gone.jpg": FileState.DELETED,
    "trashed.jpg": FileState.DELETED,
    "searchable.jpg": FileState.SEARCHABLE,
}


def test_files_that_need_attention_come_first_then_those_in_progress_then_the_newest(
    batch, encoder
):
    fill(batch, encoder)
    rows = list(BatchRows(batch))
    assert {row.item.name: row.progress for row in rows} == STATES
    assert [row.item.name for row in rows] == list(STATES)


def test_a_row_explains_its_state(batch, encoder):
    fill(batch, encoder)
    sentences = {row.item.name: row.sentence for row in BatchRows(batch) if row.sentence}
    assert sentences == {
        "refused.jpg": "It is empty.",
        "failed.jpg": "The picture cannot be read.",
    }


def test_the_counts_follow_the_same_rule_as_the_rows(batch, encoder):
    fill(batch, encoder)
    summary = summarize_batch(batch)
    rows = [row.progress for row in BatchRows(batch)]
    assert summary.counts == {state: rows.count(state) for state in FileState}
    assert (summary.total, summary.stored, summary.is_pending) == (7, 3, True)


def test_a_vector_of_another_encoder_does_not_make_a_file_searchable(batch, encoder):
    from gallery.models import Encoder

    other = Encoder.objects.create(key="other", dimension=TINY_DIMENSION)
    item = add_picture(batch)
    Embedding.objects.create(image=item.image, encoder=other, vector=VECTOR)
    assert BatchRows(batch)[0].progress == FileState.WAITING


def test_files_after_another_in_the_order_in_which_they_were_sent(
    batch, encoder, django_assert_num_queries
):
    fill(batch, encoder)
    rows, sent = BatchRows(batch), list(batch.items.order_by("pk"))
    with django_assert_num_queries(2):
        first = rows.after(0, size=3)
    assert ([row.item for row in first.rows], first.has_more) == (sent[:3], True)
    second = rows.after(sent[2].pk, size=4)
    assert ([row.item for row in second.rows], second.has_more) == (sent[3:], False)
    assert {row.item.name: row.progress for row in first.rows + second.rows} == STATES
    assert rows.after(sent[-1].pk, size=4).rows == []


def test_files_in_some_states(batch, encoder):
    fill(batch, encoder)
    found = BatchRows(batch).after(0, size=9, states=[FileState.REFUSED, FileState.FAILED])
    assert [row.item.name for row in found.rows] == ["failed.jpg", "refused.jpg"]


def test_rows_contain_no_files_of_other_batches(batch, owner):
    other = UploadBatch.objects.create(owner=owner, collection=batch.collection)
    add_picture(other)
    assert list(BatchRows(batch)) == []
    assert summarize_batch(batch).total == 0


def test_rows_can_be_limited_to_some_items(batch):
    one, _ = add_picture(batch), add_picture(batch)
    assert [row.item for row in BatchRows(batch, only=[one.pk])] == [one]


def test_all_files_wait_before_an_encoder_is_chosen(batch, encoder):
    add_picture(batch, vector=VECTOR)
    encoder.delete()
    assert [row.progress for row in BatchRows(batch)] == [FileState.WAITING]


def test_a_row_does_not_contain_a_picture_that_was_moved(batch, owner):
    item = add_picture(batch, vector=VECTOR)
    item.image.collection = make_collection(owner)
    item.image.save()
    assert BatchRows(batch)[0].item.image is None


def test_a_page_of_a_large_batch_reads_its_own_rows_in_as_many_queries_as_a_small_one(
    batch, django_assert_num_queries
):
    refused = add_item(batch, "refused.jpg", fate=Fate.REFUSED)
    UploadItem.objects.bulk_create(
        UploadItem(batch=batch, name=f"{number}.jpg", fate=Fate.STORED) for number in range(3000)
    )
    rows = BatchRows(batch)
    with django_assert_num_queries(2):
        page = rows[:100]
    assert page[0].item == refused
    assert [row.item.name for row in page[1:3]] == ["2999.jpg", "2998.jpg"]
    with django_assert_num_queries(2):
        assert len(rows[2900:3000]) == 100
    with django_assert_num_queries(2):
        assert summarize_batch(batch).total == 3001
    with django_assert_num_queries(1):
        assert len(rows) == 3001
