"""Requests for encoders are kept until a worker has added the encoder or recorded why it cannot."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery import tasks
from gallery.embedding import requests
from gallery.embedding.requests import (
    add_next_requested,
    cancel_request,
    check_new_key,
    request_encoder,
)
from gallery.exceptions import EncoderStateError, EncoderUnavailable
from gallery.models import EmbeddingJob, Encoder, EncoderRequest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_registry")]


def test_a_request_becomes_an_encoder_with_its_pictures_queued(encoder, store):
    image = store("red")
    request_encoder("tiny:second")
    assert add_next_requested()
    added = Encoder.objects.get(key="tiny:second")
    assert EmbeddingJob.objects.get(encoder=added).image == image
    assert not EncoderRequest.objects.exists()
    assert not add_next_requested(), "nothing else is asked for"


def test_the_worker_that_embeds_adds_it_and_embeds_its_pictures(encoder, queued):
    queued("red", "blue")
    request_encoder("tiny:second")
    assert tasks.embed_pending.apply(throw=True).get() == 4
    assert Encoder.objects.get(key="tiny:second").embeddings.count() == 2


def test_a_worker_that_is_asked_to_stop_starts_no_download(encoder, monkeypatch):
    request_encoder("tiny:second")
    monkeypatch.setattr(tasks, "_worker_is_stopping", lambda: True)
    tasks.embed_pending.apply(throw=True)
    assert EncoderRequest.objects.get().heartbeat_at is None


def test_a_failed_request_keeps_its_reason(encoder, settings):
    settings.ENCODER_ADAPTERS = {"broken": "tests.gallery.embedding.test_requests:load_broken"}
    wanted = request_encoder("broken:one")
    assert add_next_requested()
    wanted.refresh_from_db()
    assert "broken:one could not be loaded" in wanted.failure
    assert not add_next_requested(), "a failed request waits for a person"
    request_encoder("broken:one")
    assert EncoderRequest.objects.get().failure == ""


def load_broken(key):
    raise RuntimeError("no weights")


def test_a_request_of_a_silent_worker_is_taken_over(encoder):
    wanted = request_encoder("tiny:second")
    assert EncoderRequest.objects.due().get() == wanted
    EncoderRequest.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=50))
    assert not add_next_requested()
    EncoderRequest.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=70))
    assert add_next_requested()
    assert Encoder.objects.filter(key="tiny:second").exists()


def test_a_request_cancelled_during_the_download_is_not_added(encoder, monkeypatch):
    wanted = request_encoder("tiny:second")
    monkeypatch.setattr(requests, "load_encoder", lambda _key: cancel_request(wanted))
    assert add_next_requested()
    assert not Encoder.objects.filter(key="tiny:second").exists()


@pytest.mark.django_db(transaction=True)
def test_a_download_reports_its_progress(monkeypatch):
    wanted = request_encoder("tiny:second")
    monkeypatch.setattr(requests, "HEARTBEAT_S", 0.01)
    monkeypatch.setattr(requests, "downloaded_bytes", lambda _key: 1234)
    with requests._reporting(wanted):
        deadline = timezone.now() + timedelta(seconds=20)
        while wanted.downloaded_bytes == 0 and timezone.now() < deadline:
            wanted.refresh_from_db()
    assert wanted.downloaded_bytes == 1234
    assert wanted.heartbeat_at is not None


def test_keys_are_checked_without_loading_anything(encoder):
    assert check_new_key(" tiny:second ") == "tiny:second"
    with pytest.raises(EncoderUnavailable, match="nonsense"):
        check_new_key("nonsense")
    with pytest.raises(EncoderUnavailable, match="300"):
        check_new_key("tiny:" + "x" * 300)
    with pytest.raises(EncoderStateError, match="already"):
        check_new_key(encoder.key)


def test_the_sweep_sends_hints_while_a_request_waits(encoder, monkeypatch):
    hinted = []
    monkeypatch.setattr(tasks, "hint_workers", lambda: hinted.append(1))
    tasks.sweep_embedding_jobs.apply(throw=True)
    assert not hinted
    request_encoder("tiny:second")
    tasks.sweep_embedding_jobs.apply(throw=True)
    assert hinted
