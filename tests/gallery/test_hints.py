"""Hints are sent on commit and never pile up, and an unavailable broker loses nothing."""

from functools import partial

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from kombu import Connection

from gallery import hints, tasks
from gallery.management import waiting
from searchsite import lanes
from tests.worker import start_broker, waiting_messages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker():
    """Empty the broker before and after the test."""
    start_broker()
    yield
    start_broker()


def unreachable_broker():
    """A connection like the site's own, to a port where nothing listens."""
    options = django_settings.CELERY_BROKER_TRANSPORT_OPTIONS
    return Connection("redis://127.0.0.1:1/0", transport_options=options)


def hints_waiting():
    return waiting_messages(lanes.EMBEDDING)


def test_a_hint_is_sent_on_commit(broker):
    with transaction.atomic():
        hints.hint_workers()
        assert hints_waiting() == 0
    assert hints_waiting() == 1


def test_no_hint_after_a_rollback(broker):
    with pytest.raises(RuntimeError), transaction.atomic():
        hints.hint_workers()
        raise RuntimeError
    assert hints_waiting() == 0


def test_unread_hints_do_not_pile_up(broker):
    for _ in range(50):
        hints.hint_workers()
    assert hints_waiting() == 1


def test_another_hint_is_sent_once_a_worker_has_taken_the_last_one(broker):
    from searchsite.celery import app

    hints.hint_workers()
    with app.connection_for_write() as messages:
        queue = messages.SimpleQueue(lanes.EMBEDDING.queue)
        held = queue.get(timeout=5)
        hints.hint_workers()
        assert hints_waiting() == 1
        held.ack()
        queue.close()


def test_the_sweep_sends_no_second_hint(broker, encoder, owner):
    from gallery.models import EmbeddingJob
    from tests.factories import make_collection, make_image

    EmbeddingJob.objects.enqueue(make_image(make_collection(owner)))
    for _ in range(3):
        tasks.sweep_embedding_jobs.apply(throw=True)
    assert hints_waiting() == 1


def test_a_command_does_not_wait_without_an_embedding_worker(broker):
    assert waiting._worker_is_there() is False


def test_an_unavailable_broker_is_logged_and_ignored(caplog, monkeypatch, settings):
    settings.EMBEDDED_REDIS = False
    send = partial(tasks.embed_pending.apply_async, connection=unreachable_broker())
    monkeypatch.setattr(hints, "_hint_is_waiting", lambda: False)
    monkeypatch.setattr(tasks.embed_pending, "delay", send)
    monkeypatch.setattr(hints, "_complained", False)
    hints.hint_workers()
    hints.hint_workers()
    assert caplog.text.count("the sweep will find the work") == 1


def test_a_broker_that_cannot_be_queried_is_logged_too(caplog, monkeypatch, settings):
    from searchsite.celery import app

    settings.EMBEDDED_REDIS = False
    monkeypatch.setattr(hints, "_complained", False)
    monkeypatch.setattr(app, "_pool", unreachable_broker().Pool(1))
    hints.hint_workers()
    assert caplog.text.count("the sweep will find the work") == 1
