"""Encoders fail independently, and nothing is claimed before its encoder is loaded."""

from __future__ import annotations

import threading

import pytest

from gallery.embedding import outages, pipeline
from gallery.embedding.lifecycle import enqueue_missing
from gallery.embedding.queue import embed_pending
from gallery.exceptions import EncoderUnavailable
from gallery.models import Embedding, EmbeddingJob, Encoder, EncoderState
from tests.tiny_encoder import TinyEncoder

switches: dict[str, threading.Event] = {}


def fail(_key):
    """A loader without weights."""
    raise EncoderUnavailable("There are no weights here.")


def crash(_key):
    """A custom loader that raises an error of its own."""
    raise KeyError("weights")


def load_slowly(_key):
    """A loader that waits for the test, like a long download."""
    assert switches["open"].wait(30)
    return TinyEncoder()


class BrokenEncoder(TinyEncoder):
    """Loads, and fails on every picture."""

    def encode_prepared(self, pixels):
        raise RuntimeError("device lost")


def load_broken(_key):
    return BrokenEncoder()


@pytest.fixture(autouse=True)
def adapters(settings, fresh_registry):
    settings.ENCODER_ADAPTERS = {
        **settings.ENCODER_ADAPTERS,
        "failing": f"{__name__}:fail",
        "crashing": f"{__name__}:crash",
        "broken": f"{__name__}:load_broken",
        "slow": f"{__name__}:load_slowly",
        "second": "tests.tiny_encoder:load",
    }
    switches["open"] = threading.Event()
    yield
    switches["open"].set()


@pytest.fixture
def beside(encoder, store):
    """Return make(key), which creates two pictures that wait for the active and for another
    encoder."""

    def make(key):
        building = Encoder.objects.create(key=key, dimension=64)
        store("red"), store("blue")
        enqueue_missing(encoder)
        enqueue_missing(building)
        return building

    return make


def untouched(encoder):
    jobs = EmbeddingJob.objects.filter(encoder=encoder)
    return set(jobs.values_list("attempts", "claimed_at")) == {(0, None)}


@pytest.mark.parametrize("key", ["failing", "crashing", "broken", "unknown"])
@pytest.mark.parametrize("claim_size", [1, 32])
def test_a_failing_encoder_does_not_delay_the_active_one(
    beside, encoder, monkeypatch, key, claim_size
):
    monkeypatch.setattr(pipeline, "CLAIM_SIZE", claim_size)
    building = beside(key)
    report = embed_pending()
    assert (report.claimed, report.embedded) == (2, 2)
    assert set(report.unavailable) == {key}
    assert Embedding.objects.filter(encoder=encoder).count() == 2
    assert EmbeddingJob.objects.filter(encoder=building).count() == 2
    assert untouched(building)


@pytest.mark.parametrize("key", ["failing", "broken"])
def test_a_building_encoder_continues_while_the_active_one_is_broken(encoder, store, key):
    Encoder.objects.filter(pk=encoder.pk).update(key=key)
    second = Encoder.objects.create(key="second", dimension=64)
    store("red")
    enqueue_missing(second)
    enqueue_missing(encoder)
    assert embed_pending().embedded == 1
    assert Embedding.objects.get().encoder == second
    assert untouched(encoder)


def test_a_different_model_behind_the_same_key_delays_no_other(beside, encoder):
    """Its vectors fit neither the stored ones nor their index."""
    building = beside("second")
    Encoder.objects.filter(pk=building.pk).update(dimension=32)
    report = embed_pending()
    assert "64 numbers" in report.unavailable["second"] and "32" in report.unavailable["second"]
    assert set(Embedding.objects.values_list("encoder", flat=True)) == {encoder.pk}
    assert Embedding.objects.count() == 2
    assert set(building.jobs.values_list("claimed_at", "attempts")) == {(None, 0)}


def test_an_encoder_that_failed_is_skipped_for_a_while_with_its_reason(
    beside, monkeypatch, settings
):
    building = beside("failing")
    embed_pending()
    building.refresh_from_db()
    assert building.failure == "There are no weights here."
    assert building.failed_at is not None

    settings.ENCODER_ADAPTERS = {
        **settings.ENCODER_ADAPTERS,
        "failing": settings.ENCODER_ADAPTERS["tiny"],
    }
    assert embed_pending().claimed == 0
    monkeypatch.setattr(outages, "_paused_until", {})
    assert embed_pending().embedded == 2
    building.refresh_from_db()
    assert (building.failure, building.failed_at) == ("", None)
    assert building.state == EncoderState.READY


def test_requesting_a_broken_encoder_raises(beside):
    building = beside("failing")
    with pytest.raises(EncoderUnavailable, match="no weights here"):
        embed_pending(encoder=building)
    with pytest.raises(EncoderUnavailable, match="no weights here"):
        embed_pending(encoder=building)
    assert untouched(building)


def test_uploads_do_not_wait_for_the_download_of_another_encoder(beside, encoder, monkeypatch):
    monkeypatch.setattr(pipeline, "LOADING_PATIENCE_S", 0.01)
    building = beside("slow")
    report = embed_pending()
    assert Embedding.objects.filter(encoder=encoder).count() == report.embedded == 2
    assert report.unavailable == {}
    assert untouched(building), "a claim that waits for a download would look abandoned"
    switches["open"].set()
    monkeypatch.setattr(pipeline, "LOADING_PATIENCE_S", 30)
    assert embed_pending().embedded == 2
    assert not EmbeddingJob.objects.exists()


def test_a_download_that_breaks_off_is_recorded(beside, monkeypatch):
    monkeypatch.setattr(pipeline, "LOADING_PATIENCE_S", 30)
    building = beside("crashing")
    assert "weights" in embed_pending().unavailable["crashing"]
    building.refresh_from_db()
    assert "weights" in building.failure


def test_the_active_encoder_loads_before_its_pictures_are_claimed(queued, encoder, monkeypatch):
    queued("red")
    claimed = []
    load = pipeline.load_encoder
    monkeypatch.setattr(
        pipeline,
        "load_encoder",
        lambda key: claimed.append(untouched(encoder)) or load(key),
    )
    assert embed_pending().embedded == 1
    assert claimed[0] is True


def test_an_encoder_without_work_is_not_loaded(queued, monkeypatch):
    queued("red")
    Encoder.objects.create(key="failing", dimension=64, state=EncoderState.READY)
    assert embed_pending().unavailable == {}


def test_a_run_stops_between_two_batches_on_request(queued, monkeypatch):
    monkeypatch.setattr(pipeline, "CLAIM_SIZE", 1)
    queued("red", "blue", "green", "white")
    answers = iter([False, False, True, True, True])
    assert embed_pending(should_stop=lambda: next(answers)).embedded == 2
    assert set(EmbeddingJob.objects.values_list("attempts", "claimed_at")) == {(0, None)}
