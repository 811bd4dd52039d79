"""Hints go out on commit, and a broker that is away loses nothing."""

import pytest
from celery import current_app
from django.db import transaction

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


def test_a_broker_that_is_away_is_logged_and_forgotten(settings, caplog, monkeypatch):
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    current_app.pool.force_close_all()
    hints.hint_workers()
    assert "the sweep will find the pictures" in caplog.text
