"""Writing the results of a batch: all or nothing per job, and never for a job that is gone."""

import numpy as np
import pytest
from django.db import transaction

from gallery.embedding import batch_encoding
from gallery.embedding.batch_encoding import write_vectors
from gallery.embedding.claims import claim_jobs
from gallery.embedding.removal import remove_encoder
from gallery.exceptions import InvalidVector
from gallery.models import Embedding, EmbeddingJob, Encoder
from tests.factories import (
    TINY_DIMENSION,
    make_active_encoder,
    make_collection,
    make_image,
    make_person,
)
from tests.races import RACE_TIMEOUT_S, threads, wait_until_blocked

UNIT = np.eye(TINY_DIMENSION, dtype=np.float32)[0]


@pytest.fixture
def building(transactional_db):
    """Create a second encoder with three claimed jobs."""
    make_active_encoder()
    encoder = Encoder.objects.create(key="second", dimension=TINY_DIMENSION)
    collection = make_collection(make_person())
    for _ in range(3):
        EmbeddingJob.objects.create(image=make_image(collection), encoder=encoder)
    return encoder


def claim(encoder):
    """Return claimed jobs, and a vector for each of their pictures."""
    jobs = claim_jobs([encoder], limit=10, worker="me")
    assert len(jobs) == 3
    return jobs, {job.image_id: UNIT for job in jobs}


def test_vectors_are_written_and_their_jobs_deleted(building):
    jobs, vectors = claim(building)
    del vectors[jobs[0].image_id]
    assert write_vectors(jobs, vectors) == 2
    assert set(Embedding.objects.values_list("image", "encoder", "kind", "ordinal")) == {
        (job.image_id, building.pk, "picture", 0) for job in jobs[1:]
    }
    assert list(EmbeddingJob.objects.all()) == [jobs[0]]


def test_a_vector_that_is_not_of_unit_length_writes_nothing(building):
    jobs, vectors = claim(building)
    vectors[jobs[2].image_id] = UNIT * 1.1
    with pytest.raises(InvalidVector):
        write_vectors(jobs, vectors)
    assert not Embedding.objects.exists()
    assert EmbeddingJob.objects.count() == 3


def test_a_writer_waits_for_the_removal_of_its_jobs_and_writes_nothing(building):
    """Without the lock, it would leave vectors for jobs that are being deleted."""
    jobs, vectors = claim(building)
    with threads() as run:
        with transaction.atomic():
            EmbeddingJob.objects.filter(encoder=building).delete()
            writer = run(lambda: write_vectors(jobs, vectors))
            wait_until_blocked()
        assert writer.result(timeout=RACE_TIMEOUT_S) == 0
    assert not Embedding.objects.exists()


def test_the_removal_of_an_encoder_waits_for_its_writer_and_leaves_nothing(building, monkeypatch):
    jobs, vectors = claim(building)
    upsert = batch_encoding.upsert_vectors
    with threads() as run:
        removals = []

        def upsert_while_it_is_removed(*arguments, **values):
            removals.append(run(lambda: remove_encoder("second")))
            wait_until_blocked()
            return upsert(*arguments, **values)

        monkeypatch.setattr(batch_encoding, "upsert_vectors", upsert_while_it_is_removed)
        assert write_vectors(jobs, vectors) == 3
        removals[0].result(timeout=RACE_TIMEOUT_S)
    assert not Encoder.objects.filter(key="second").exists()
    assert not Embedding.objects.exists()
