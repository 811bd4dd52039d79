"""Encoders are marked at once and deleted in steps; whatever interrupts it, it ends clean."""

import numpy as np
import pytest
from django.db import connection, transaction

from gallery import tasks
from gallery.embedding import removal
from gallery.embedding.again import embed_again
from gallery.embedding.lifecycle import add_encoder, settle_encoder
from gallery.embedding.queue import embed_pending, release_abandoned
from gallery.embedding.removal import continue_removals, remove_encoder, request_removal
from gallery.exceptions import EncoderStateError
from gallery.ingest.library_check import find_problems
from gallery.library.copying import copy_images
from gallery.models import Embedding, EmbeddingJob, Encoder, EncoderState, Image
from gallery.vectors import drop_indexes, ensure_index, has_index
from tests.factories import make_collection, make_image
from tests.races import race, threads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_registry")]


@pytest.fixture
def second(queued):
    """An encoder beside the active one, with the vectors of three pictures."""
    queued("red", "blue", "green")
    added = add_encoder("tiny:second")
    embed_pending()
    return added


def test_the_active_encoder_is_never_removed(encoder):
    for action in (remove_encoder, request_removal):
        with pytest.raises(EncoderStateError, match="activate another"):
            action("tiny")
    encoder.refresh_from_db()
    assert encoder.state == EncoderState.ACTIVE


def test_an_encoder_that_was_never_added_is_named(db):
    with pytest.raises(EncoderStateError, match="hasn’t been added"):
        request_removal("tiny:second")


def test_removing_leaves_nothing_and_keeps_the_others(second):
    remove_encoder("tiny:second")
    assert not Encoder.objects.filter(key="tiny:second").exists()
    assert not has_index(second)
    assert Embedding.objects.count() == 3


def test_a_request_deletes_nothing_itself(second):
    assert request_removal("tiny:second").state == EncoderState.REMOVING
    assert Embedding.objects.filter(encoder=second).count() == 3
    assert has_index(second)


def test_nothing_is_embedded_with_an_encoder_that_is_being_removed(second, collection):
    request_removal("tiny:second")
    image = make_image(collection, vector=np.eye(64)[0])
    EmbeddingJob.objects.enqueue(image)
    EmbeddingJob.objects.enqueue_missing(Image.objects.all())
    embed_again(Image.objects.all())
    release_abandoned()
    assert not EmbeddingJob.objects.filter(encoder=second).exists()
    assert all(finding.encoder_id != second.pk for finding in find_problems())


def test_jobs_of_an_encoder_that_is_being_removed_are_not_taken(second, collection):
    EmbeddingJob.objects.create(image=make_image(collection), encoder=second)
    request_removal("tiny:second")
    assert embed_pending().claimed == 0


def test_the_vectors_are_deleted_in_steps_until_time_runs_out(second, monkeypatch):
    monkeypatch.setattr(removal, "REMOVAL_STEP", 2)
    request_removal("tiny:second")
    assert continue_removals(budget_s=-1) is True
    assert Embedding.objects.filter(encoder=second).count() == 1
    assert continue_removals(budget_s=-1) is True, "one step a run"
    assert continue_removals(budget_s=60) is False
    assert not Encoder.objects.filter(key="tiny:second").exists()
    assert continue_removals(budget_s=60) is False, "nothing is left"


def test_an_index_that_is_finished_during_the_removal_is_not_made(second):
    """The worker had found all pictures embedded before the encoder was marked."""
    drop_indexes(second)
    second.state = EncoderState.BUILDING
    request_removal("tiny:second")
    with pytest.raises(EncoderStateError, match="is being removed"):
        settle_encoder(second)
    assert not has_index(second)
    second.refresh_from_db()
    assert second.state == EncoderState.REMOVING


def test_the_task_continues_until_all_is_gone(second, monkeypatch):
    hinted = []
    monkeypatch.setattr(tasks, "hint_removal", lambda: hinted.append(1))
    monkeypatch.setattr(tasks, "REMOVAL_BUDGET_S", -1)
    monkeypatch.setattr(removal, "REMOVAL_STEP", 2)
    request_removal("tiny:second")
    tasks.remove_encoders.apply(throw=True)
    assert hinted == [1], "time ran out"
    monkeypatch.setattr(tasks, "REMOVAL_BUDGET_S", 60)
    tasks.remove_encoders.apply(throw=True)
    assert hinted == [1]
    assert not Encoder.objects.filter(key="tiny:second").exists()


def test_the_sweep_hints_while_an_encoder_is_being_removed(second, monkeypatch):
    hinted = []
    monkeypatch.setattr(tasks, "hint_removal", lambda: hinted.append(1))
    tasks.sweep_embedding_jobs.apply(throw=True)
    assert not hinted
    request_removal("tiny:second")
    tasks.sweep_embedding_jobs.apply(throw=True)
    assert hinted


@pytest.fixture
def committed(transactional_db):
    """An encoder that is being removed, outside any transaction, with an index."""
    Encoder.objects.create(key="tiny", dimension=64, state=EncoderState.ACTIVE)
    encoder = Encoder.objects.create(key="tiny:second", dimension=64, state=EncoderState.READY)
    ensure_index(encoder)
    yield encoder
    drop_indexes(encoder)


def test_two_workers_do_not_delete_the_same_encoder(committed):
    request_removal("tiny:second")
    with removal._alone(committed) as is_ours, threads() as run:
        assert is_ours
        assert run(lambda: continue_removals(budget_s=60)).result(timeout=30) is False
        with pytest.raises(EncoderStateError, match="in use by another process"):
            run(lambda: remove_encoder("tiny:second")).result(timeout=30)
        assert Encoder.objects.filter(key="tiny:second").exists()
    assert continue_removals(budget_s=60) is False
    assert not Encoder.objects.filter(key="tiny:second").exists()


def test_a_worker_does_not_wait_for_an_index_that_another_makes(committed):
    request_removal("tiny:second")
    with connection.cursor() as cursor, threads() as run:
        cursor.execute("SELECT pg_advisory_lock(7305113)")
        try:
            run(lambda: continue_removals(budget_s=60)).result(timeout=30)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(7305113)")
    assert Encoder.objects.filter(key="tiny:second").exists()
    continue_removals(budget_s=60)
    assert not Encoder.objects.filter(key="tiny:second").exists()


def test_the_row_stays_until_uploads_that_began_before_the_mark_are_stored(committed, owner):
    """Their jobs refer to the encoder, so they would fail at their end."""
    image = make_image(make_collection(owner))
    seen = race(
        lambda: EmbeddingJob.objects.create(image=image, encoder=committed),
        lambda: remove_encoder("tiny:second"),
    )
    assert seen.waited
    assert seen.error is None
    assert not Encoder.objects.filter(key="tiny:second").exists()
    assert not EmbeddingJob.objects.exists()


def test_the_row_stays_until_copies_that_began_before_the_mark_are_stored(committed, owner):
    source, target = make_collection(owner), make_collection(owner)
    make_image(source, vector=np.eye(64)[0], encoder=committed)
    seen = race(
        lambda: copy_images(source.images.all(), to=target, by=owner),
        lambda: remove_encoder("tiny:second"),
    )
    assert seen.waited
    assert seen.error is None
    assert target.images.count() == 1
    assert not Encoder.objects.filter(key="tiny:second").exists()


def test_a_copy_takes_no_vectors_of_an_encoder_that_is_being_removed(second, owner):
    request_removal("tiny:second")
    copy_images(Image.objects.all(), to=make_collection(owner), by=owner)
    assert Embedding.objects.filter(encoder=second).count() == 3
    assert Embedding.objects.count() == 9


def test_a_long_upload_delays_the_removal_instead_of_the_queue(committed, owner, monkeypatch):
    monkeypatch.setattr(removal, "LOCK_TIMEOUT_MS", 1)
    image = make_image(make_collection(owner))
    with threads() as run:
        with transaction.atomic():
            EmbeddingJob.objects.create(image=image, encoder=committed)
            with pytest.raises(EncoderStateError, match="in use by another process"):
                run(lambda: remove_encoder("tiny:second")).result(timeout=30)
        monkeypatch.setattr(removal, "LOCK_TIMEOUT_MS", 500)
        continue_removals(budget_s=60)
    assert not Encoder.objects.filter(key="tiny:second").exists()


def test_uploads_do_not_wait_for_an_encoder_to_be_marked(committed, owner):
    image = make_image(make_collection(owner))
    seen = race(
        lambda: request_removal("tiny:second"),
        lambda: EmbeddingJob.objects.create(image=image, encoder=committed),
    )
    assert not seen.waited
    assert seen.error is None
