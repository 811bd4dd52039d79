"""Waiting until pictures are searchable: which ones count, and when the command embeds them
itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery.management import waiting
from gallery.models import EmbeddingJob
from searchsite import lanes
from tests.factories import make_collection, make_image


@pytest.fixture
def collection(owner):
    return make_collection(owner)


def queue(image, encoder, **fields):
    return EmbeddingJob.objects.create(image=image, encoder=encoder, **fields)


def test_only_live_pictures_of_the_collection_that_may_still_succeed_are_waited_for(
    collection, owner, encoder
):
    now = timezone.now()
    queue(make_image(collection), encoder)
    queue(make_image(collection), encoder, next_try_at=now + timedelta(hours=1))
    queue(make_image(collection), encoder, quarantined_at=now)
    queue(make_image(collection, deleted_at=now), encoder)
    queue(make_image(make_collection(owner)), encoder)
    assert waiting._waiting(collection, encoder) == 2


def test_it_returns_at_once_when_nothing_waits(collection, encoder, monkeypatch):
    monkeypatch.setattr(waiting, "_worker_is_there", lambda: pytest.fail("workers were asked"))
    waiting.wait_until_embedded(collection)


@pytest.mark.parametrize(
    ("queues", "there"),
    [
        (None, False),
        ({}, False),
        ({"a@host": [{"name": lanes.HOUSEKEEPING.queue}]}, False),
        ({"a@host": [{"name": lanes.HOUSEKEEPING.queue}, {"name": lanes.EMBEDDING.queue}]}, True),
        ({"a@host": [], "b@host": [{"name": lanes.EMBEDDING.queue}]}, True),
    ],
)
def test_a_worker_counts_if_it_serves_the_embedding_lane(monkeypatch, queues, there):
    class Inspect:
        def __init__(self, timeout):
            assert timeout == waiting.PING_S

        def active_queues(self):
            return queues

    monkeypatch.setattr(waiting.app.control, "inspect", Inspect)
    assert waiting._worker_is_there() is there


def test_workers_without_progress_are_pinged_again(collection, encoder, monkeypatch):
    queue(make_image(collection), encoder)
    now = [0.0]
    monkeypatch.setattr(waiting.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(waiting.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    bar = waiting.tqdm(disable=True)
    assert waiting._follow(collection, encoder, left=1, bar=bar) == 1
    assert waiting.PATIENCE_S <= now[0] <= waiting.PATIENCE_S + 2 * waiting.POLL_S
