"""Requests for encoders: which ones a worker should take."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from gallery.models import EncoderRequest
from gallery.models.encoder_request import SILENT_AFTER


def ask(key, **fields):
    return EncoderRequest.objects.create(key=key, **fields)


def test_a_request_is_due_until_a_worker_reports_and_again_when_that_worker_is_silent(db):
    now = timezone.now()
    new = ask("new")
    silent = ask("silent", heartbeat_at=now - SILENT_AFTER - timedelta(seconds=1))
    ask("busy", heartbeat_at=now)
    assert list(EncoderRequest.objects.due()) == [new, silent]


def test_a_request_that_failed_is_neither_unfinished_nor_due(db):
    ask("broken", failure="No such model.")
    assert not EncoderRequest.objects.unfinished().exists()
    assert not EncoderRequest.objects.due().exists()


def test_an_encoder_is_requested_once(db):
    assert str(ask("ViT-B-32/openai")) == "ViT-B-32/openai"
    with pytest.raises(IntegrityError):
        ask("ViT-B-32/openai")
