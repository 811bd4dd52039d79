"""Claims: two workers never hold the same job, and a worker that lost its claim changes nothing."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.db import transaction
from django.utils import timezone

from gallery.embedding import batch_encoding
from gallery.embedding.claims import claim_jobs, give_back, record_failure
from gallery.embedding.lifecycle import enqueue_missing
from gallery.embedding.queue import release_abandoned
from gallery.models import Embedding, EmbeddingJob
from gallery.models.embedding import MAX_ATTEMPTS
from tests.factories import make_active_encoder, make_collection, make_image, make_person
from tests.races import RACE_TIMEOUT_S, threads, wait_until_blocked
from tests.tiny_encoder import TinyEncoder


@pytest.fixture
def waiting(encoder, collection):
    """Create two pictures that wait for the active encoder, and return their jobs."""
    make_image(collection)
    make_image(collection)
    enqueue_missing(encoder)
    return EmbeddingJob.objects.order_by("pk")


@pytest.fixture
def stale_and_fresh(waiting, encoder):
    """Return the same job as held by two workers: the first claim has expired, the second is
    valid."""
    (stale,) = claim_jobs([encoder], limit=1, worker="slept")
    waiting.filter(pk=stale.pk).update(claimed_at=timezone.now() - timedelta(hours=1))
    waiting.exclude(pk=stale.pk).delete()
    release_abandoned()
    EmbeddingJob.objects.filter(pk=stale.pk).update(next_try_at=timezone.now())
    EmbeddingJob.objects.exclude(pk=stale.pk).delete()
    (fresh,) = claim_jobs([encoder], limit=1, worker="awake")
    assert fresh.pk == stale.pk
    return stale, fresh


def vectors_of(*jobs):
    row = TinyEncoder().encode_texts(["red"])[0]
    return {job.image_id: np.asarray(row) for job in jobs}


def test_a_claim_has_a_worker_and_a_time(waiting, encoder):
    (job,) = claim_jobs([encoder], limit=1, worker="me")
    stored = waiting.get(pk=job.pk)
    assert (stored.claimed_by, stored.claimed_at) == (job.claimed_by, job.claimed_at)
    assert (job.claimed_by, job.attempts) == ("me", 1)


def test_a_released_job_counts_as_untried(waiting, encoder):
    give_back(claim_jobs([encoder], limit=2, worker="me"))
    assert set(waiting.values_list("attempts", "claimed_at", "claimed_by")) == {(0, None, "")}


def test_releasing_twice_changes_nothing(waiting, encoder):
    jobs = claim_jobs([encoder], limit=2, worker="me")
    give_back(jobs)
    give_back(jobs)
    assert set(waiting.values_list("attempts", flat=True)) == {0}
    give_back([])


def test_a_stale_worker_cannot_release_the_claim_of_another(stale_and_fresh):
    stale, fresh = stale_and_fresh
    give_back([stale])
    job = EmbeddingJob.objects.get()
    assert (job.claimed_by, job.claimed_at, job.attempts) == ("awake", fresh.claimed_at, 2)


def test_a_worker_cannot_release_its_own_later_claim(stale_and_fresh, encoder):
    """A thread that lost a claim may hold a newer one on the same job; the time distinguishes
    them."""
    stale, fresh = stale_and_fresh
    EmbeddingJob.objects.update(claimed_by=stale.claimed_by)
    give_back([stale])
    assert EmbeddingJob.objects.get().claimed_at == fresh.claimed_at


def test_a_claim_of_another_worker_at_the_same_time_is_not_ours(stale_and_fresh):
    stale, fresh = stale_and_fresh
    EmbeddingJob.objects.update(claimed_at=stale.claimed_at)
    give_back([stale])
    assert EmbeddingJob.objects.get().claimed_by == fresh.claimed_by


def test_a_stale_worker_records_no_failure(stale_and_fresh):
    stale, _ = stale_and_fresh
    assert record_failure(stale, reason="It broke.") is None
    assert EmbeddingJob.objects.get().claimed_by == "awake"
    assert EmbeddingJob.objects.get().reason != "It broke."


def test_a_stale_worker_writes_nothing_and_deletes_no_job_of_another(stale_and_fresh):
    stale, fresh = stale_and_fresh
    assert batch_encoding.write_vectors([stale], vectors_of(stale)) == 0
    assert EmbeddingJob.objects.get().claimed_by == "awake"
    assert not Embedding.objects.exists()
    assert batch_encoding.write_vectors([fresh], vectors_of(fresh)) == 1
    assert not EmbeddingJob.objects.exists()


def test_a_slow_worker_may_finish_jobs_not_claimed_since(waiting, encoder):
    """A machine that needs longer than the limit for a batch still embeds its library."""
    jobs = claim_jobs([encoder], limit=2, worker="slow")
    waiting.update(claimed_at=timezone.now() - timedelta(hours=1))
    release_abandoned()
    assert batch_encoding.write_vectors(jobs, vectors_of(*jobs)) == 2
    assert not waiting.exists()


def test_the_last_failure_quarantines_the_job(waiting, encoder):
    for attempt in range(1, MAX_ATTEMPTS + 1):
        waiting.update(next_try_at=timezone.now())
        jobs = claim_jobs([encoder], limit=2, worker="me")
        failed = [record_failure(job, reason="It broke.") for job in jobs]
        assert [job.quarantined_at is not None for job in failed] == [attempt == 3] * len(failed)
        waiting.exclude(pk=jobs[0].pk).delete()
    assert waiting.quarantined().get().reason == "It broke."


@pytest.fixture
def committed(transactional_db):
    """Create the active encoder and two jobs that other connections can see."""
    encoder = make_active_encoder()
    collection = make_collection(make_person())
    make_image(collection)
    make_image(collection)
    enqueue_missing(encoder)
    return encoder


def test_a_second_worker_neither_waits_for_a_claim_nor_takes_its_jobs(committed):
    with threads() as run, transaction.atomic():
        mine = claim_jobs([committed], limit=1, worker="first")
        other = run(lambda: claim_jobs([committed], limit=2, worker="second"))
        theirs = other.result(timeout=RACE_TIMEOUT_S)
    assert len(mine) == len(theirs) == 1
    assert mine[0].pk != theirs[0].pk


def test_vectors_wait_for_a_transaction_that_changes_their_jobs(committed):
    """Removing an encoder deletes its jobs first, so that no vector appears afterwards."""
    jobs = claim_jobs([committed], limit=2, worker="me")
    with threads() as run:
        with transaction.atomic():
            EmbeddingJob.objects.all().delete()
            other = run(lambda: batch_encoding.write_vectors(jobs, vectors_of(*jobs)))
            wait_until_blocked()
        assert other.result(timeout=RACE_TIMEOUT_S) == 0
    assert not Embedding.objects.exists()
