"""The queue loses nothing, repeats nothing, and no picture delays another."""

from __future__ import annotations

import threading
from datetime import timedelta

import numpy as np
import pytest
from django.core.files.storage import storages
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.embedding import batch_encoding, pipeline
from gallery.embedding.claims import claim_jobs
from gallery.embedding.lifecycle import enqueue_missing
from gallery.embedding.queue import embed_pending, release_abandoned, retry_jobs
from gallery.exceptions import EncoderUnavailable
from gallery.models import Embedding, EmbeddingJob, Encoder, EncoderState, Image
from tests.factories import make_active_encoder, make_collection, make_image, make_person
from tests.tiny_encoder import COLOURS, TinyEncoder


@pytest.fixture(autouse=True)
def poisonous(monkeypatch, fresh_registry):
    """Make the tiny encoder fail on purple pictures."""
    original = TinyEncoder.encode_prepared

    def encode(self, pixels):
        if any(tuple(each[0, 0]) == COLOURS["purple"] for each in pixels):
            raise RuntimeError("purple is too much")
        return original(self, pixels)

    monkeypatch.setattr(TinyEncoder, "encode_prepared", encode)


def jobs():
    return EmbeddingJob.objects.order_by("pk")


def due_again():
    jobs().update(next_try_at=timezone.now())


def test_pictures_become_unit_vectors_and_jobs_are_deleted(queued, encoder):
    images = queued("red", "blue", "green")
    report = embed_pending()
    assert (report.claimed, report.embedded, report.failed) == (3, 3, 0)
    assert not jobs().exists()
    red = Embedding.objects.get(image=images[0]).vector
    assert abs(float(np.linalg.norm(np.asarray(red))) - 1) < 0.001
    assert float(TinyEncoder().encode_texts(["red"])[0] @ np.asarray(red)) > 0.9
    assert embed_pending().claimed == 0


def test_the_limit_is_respected_and_progress_is_reported(queued, monkeypatch):
    monkeypatch.setattr(pipeline, "CLAIM_SIZE", 2)
    queued("red", "blue", "green", "white", "black")
    seen = []
    assert embed_pending(limit=3, progress=seen.append).embedded == 3
    assert seen == [2, 1]
    assert jobs().count() == 2


def test_a_batch_takes_a_fixed_number_of_queries(queued):
    queued("red", "blue")
    with CaptureQueriesContext(connection) as few:
        embed_pending()
    queued(*["green"] * 12)
    with CaptureQueriesContext(connection) as many:
        embed_pending()
    assert len(few) == len(many)


def test_a_picture_that_the_encoder_fails_on_fails_alone(queued):
    images = queued("red", "purple", "blue", "green", "purple")
    report = embed_pending()
    assert (report.embedded, report.failed) == (3, 2)
    assert set(report.reasons) == {images[1].pk, images[4].pk}
    job = jobs().get(image=images[1])
    assert "purple is too much" in job.reason
    assert job.attempts == 1
    assert job.claimed_at is None
    assert job.next_try_at > timezone.now()


@pytest.mark.parametrize("harm", ["missing", "truncated", "not a picture", "empty"])
def test_a_broken_stored_file_fails_alone_with_a_reason(queued, harm):
    images = queued("red", "blue")
    _harm(images[0], harm)
    report = embed_pending()
    assert (report.embedded, report.failed) == (1, 1)
    assert "can’t be read" in jobs().get().reason


def _harm(image, harm):
    store, name = storages["originals"], image.original.name
    with store.open(name) as file:
        content = file.read()
    store.delete(name)
    if harm != "missing":
        from django.core.files.base import ContentFile

        broken = {"truncated": content[:60], "not a picture": b"hello", "empty": b""}[harm]
        store.save(name, ContentFile(broken))


def test_pauses_grow_and_the_third_failure_quarantines_the_job(queued):
    queued("purple")
    rests = []
    for _ in range(3):
        embed_pending()
        job = jobs().get()
        rests.append((job.next_try_at - timezone.now()).total_seconds())
        due_again()
    assert rests[0] < 31 < rests[1] < 121 < rests[2]
    assert jobs().quarantined().count() == 1
    assert embed_pending().claimed == 0


def test_a_retry_resets_only_the_given_jobs(queued):
    images = queued("purple", "purple")
    for _ in range(6):
        embed_pending()
        due_again()
    assert jobs().quarantined().count() == 2
    assert retry_jobs(jobs().filter(image=images[0])) == 1
    job = jobs().get(image=images[0])
    assert (job.attempts, job.quarantined_at, job.reason) == (0, None, "")
    assert jobs().quarantined().count() == 1


def test_a_retry_leaves_claimed_jobs_alone(queued, encoder):
    queued("red")
    claim_jobs([encoder], limit=1, worker="somebody")
    assert retry_jobs(jobs()) == 0


def test_a_broken_encoder_costs_no_picture_an_attempt(queued, encoder, monkeypatch):
    def broken(self, pixels):
        raise RuntimeError("device lost")

    monkeypatch.setattr(pipeline, "CLAIM_SIZE", 2)
    monkeypatch.setattr(TinyEncoder, "encode_prepared", broken)
    queued("red", "blue", "green", "white", "black")
    report = embed_pending()
    assert report.claimed == 0
    assert "device lost" in report.unavailable["tiny"]
    with pytest.raises(EncoderUnavailable, match="device lost"):
        embed_pending(encoder=encoder)
    assert set(jobs().values_list("attempts", "claimed_at")) == {(0, None)}


def test_an_unavailable_store_costs_no_picture_an_attempt(queued, monkeypatch):
    queued("red", "blue")

    def away(*_arguments, **_keywords):
        raise ConnectionError(111, "Connection refused")

    monkeypatch.setattr(type(storages["originals"]), "_open", away)
    with pytest.raises(ConnectionError):
        embed_pending()
    assert set(jobs().values_list("attempts", "claimed_at")) == {(0, None)}


def test_vectors_with_nan_are_failures(queued, monkeypatch):
    monkeypatch.setattr(
        TinyEncoder,
        "encode_prepared",
        lambda self, pixels: np.full((len(pixels), 64), np.nan, dtype=np.float32),
    )
    queued("red")
    assert embed_pending().failed == 1
    assert "no usable vector" in jobs().get().reason


def test_embedding_again_replaces(queued, encoder):
    image = queued("red")[0]
    embed_pending()
    EmbeddingJob.objects.enqueue(image)
    embed_pending()
    assert Embedding.objects.count() == 1


def test_a_picture_deleted_in_the_meantime_is_skipped(queued, monkeypatch):
    images = queued("red", "blue")
    original = batch_encoding.encode

    def delete_then_encode(batch):
        Image.objects.filter(pk=images[0].pk).delete()
        return original(batch)

    monkeypatch.setattr(batch_encoding, "encode", delete_then_encode)
    report = embed_pending()
    assert report.embedded == 1
    assert Embedding.objects.get().image_id == images[1].pk


def test_a_dead_worker_delays_nothing_for_long(queued, encoder):
    """Nothing is lost between the claim and the write, and the attempt counts."""
    queued("red", "blue")
    claimed = claim_jobs([encoder], limit=10, worker="dead")
    assert len(claimed) == 2
    assert embed_pending().claimed == 0
    assert release_abandoned() == 0
    jobs().update(claimed_at=timezone.now() - timedelta(hours=1))
    assert release_abandoned() == 2
    assert set(jobs().values_list("attempts", flat=True)) == {1}
    assert embed_pending().embedded == 2


def test_a_picture_that_kills_its_workers_is_quarantined(queued, encoder):
    queued("red")
    for _ in range(3):
        assert len(claim_jobs([encoder], limit=5, worker="dead")) == 1
        jobs().update(claimed_at=timezone.now() - timedelta(hours=1))
        release_abandoned()
    job = jobs().get()
    assert job.quarantined_at is not None
    assert "stopped" in job.reason


def test_pictures_that_failed_before_come_last_and_alone(queued, encoder):
    queued("red", "blue", "green", "white")
    suspects = list(jobs()[:2])
    jobs().filter(pk__in=[job.pk for job in suspects]).update(attempts=1)
    sizes = [len(claim_jobs([encoder], limit=10, worker="me")) for _ in range(4)]
    assert sizes == [2, 1, 1, 0]


def test_the_active_encoder_comes_first(store, encoder):
    store("red")
    building = Encoder.objects.create(key="second", dimension=64)
    enqueue_missing(building)
    enqueue_missing(encoder)
    assert list(Encoder.objects.with_due_jobs()) == [encoder, building]
    first, then = (claim_jobs([encoder, building], limit=10, worker="me") for _ in range(2))
    assert [job.encoder_id for job in first] == [encoder.pk]
    assert [job.encoder_id for job in then] == [building.pk]
    assert not Encoder.objects.with_due_jobs().exists()


def test_the_sweep_queues_pictures_without_a_job(store, encoder):
    store("red")
    assert release_abandoned() == 1
    assert jobs().count() == 1


def test_a_removed_encoder_ends_the_run_quietly(queued):
    queued("red")
    Encoder.objects.update(state=EncoderState.READY)
    jobs().delete()
    Encoder.objects.all().delete()
    assert embed_pending().claimed == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_claim_the_same_job():
    encoder = make_active_encoder()
    collection = make_collection(make_person())
    for _ in range(60):
        make_image(collection)
    enqueue_missing(encoder)
    claims, barrier = {}, threading.Barrier(4)

    def claim(name):
        barrier.wait()
        got = []
        while found := claim_jobs([encoder], limit=7, worker=name):
            got += [job.pk for job in found]
        claims[name] = got
        connections.close_all()

    threads = [threading.Thread(target=claim, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    everything = [pk for got in claims.values() for pk in got]
    assert len(everything) == len(set(everything)) == 60


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_a_queue():
    encoder = make_active_encoder()
    collection = make_collection(make_person())
    from django.core.files.base import ContentFile
    from PIL import Image as PillowImage

    for number in range(40):
        image = make_image(collection)
        import io

        buffer = io.BytesIO()
        PillowImage.new("RGB", (64, 48), (number * 6, 40, 90)).save(buffer, "PNG")
        storages["originals"].save(image.original.name, ContentFile(buffer.getvalue()))
    enqueue_missing(encoder)
    reports = []

    def work():
        reports.append(embed_pending())
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sum(report.embedded for report in reports) == 40
    assert Embedding.objects.count() == 40
    assert not jobs().exists()


@pytest.mark.parametrize("length", [0.5, 0.98, 1.02, 2.0])
def test_vectors_that_are_not_of_unit_length_are_failures(queued, monkeypatch, length):
    """Half precision keeps a unit vector within a hundredth; anything else is invalid."""
    original = TinyEncoder.encode_prepared
    first = []

    def scaled(self, pixels):
        vectors = original(self, pixels).copy()
        vectors[0] *= length
        first.append(tuple(pixels[0][0, 0]))
        return vectors

    monkeypatch.setattr(TinyEncoder, "encode_prepared", scaled)
    images = queued("red", "blue")
    report = embed_pending()
    assert (report.embedded, report.failed) == (1, 1)
    assert "no usable vector" in jobs().get(image=images[0]).reason
    assert Embedding.objects.get().image == images[1]


@pytest.mark.django_db(transaction=True)
def test_a_failing_store_releases_jobs_claimed_ahead(monkeypatch):
    """The batch prepared alongside the failing one is released too, once."""
    monkeypatch.setattr(pipeline, "CLAIM_SIZE", 1)
    encoder = make_active_encoder()
    collection = make_collection(make_person())
    make_image(collection)
    make_image(collection)
    enqueue_missing(encoder)

    def away(*_arguments, **_keywords):
        raise ConnectionError(111, "Connection refused")

    monkeypatch.setattr(type(storages["originals"]), "_open", away)
    with pytest.raises(ConnectionError):
        embed_pending()
    assert set(jobs().values_list("attempts", "claimed_at")) == {(0, None)}
