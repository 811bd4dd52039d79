"""Hints go out on commit, and a broker that is away loses nothing."""

from functools import partial

import pytest
from django.db import transaction
from kombu import Connection

from gallery import hints, tasks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(monkeypatch):
    calls = []
    monkeypatch.setattr(tasks.embed_pending, "delay", lambda: calls.append(1))
    return calls


def test_the_hint_waits_for_the_commit(sent):
    with transaction.atomic():
        hints.hint_workers()
        assert sent == []
    assert sent == [1]


def test_no_hint_after_a_rollback(sent):
    with pytest.raises(RuntimeError), transaction.atomic():
        hints.hint_workers()
        raise RuntimeError
    assert sent == []


def test_a_broker_that_is_away_is_logged_and_forgotten(caplog, monkeypatch, settings):
    settings.EMBEDDED_REDIS = False
    nobody = Connection("redis://127.0.0.1:1/0")
    send = partial(tasks.embed_pending.apply_async, connection=nobody)
    monkeypatch.setattr(tasks.embed_pending, "delay", send)
    monkeypatch.setattr(hints, "_complained", False)
    hints.hint_workers()
    hints.hint_workers()
    assert caplog.text.count("the sweep will find the pictures") == 1
