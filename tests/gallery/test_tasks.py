"""Tasks end when nothing is due, or when their worker is asked to stop."""

import pytest
from celery.worker import state

from gallery import tasks
from gallery.embedding import pipeline
from gallery.models import Embedding, EmbeddingJob
from tests.factories import make_collection, make_image

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(encoder, owner, monkeypatch):
    """Create pictures whose files are missing: each is tried once, and then waits for a retry."""
    monkeypatch.setattr(pipeline, "CLAIM_SIZE", 1)
    for _ in range(3):
        EmbeddingJob.objects.enqueue(make_image(make_collection(owner)))
    return EmbeddingJob.objects.order_by("pk")


def test_everything_due_is_attempted(waiting):
    assert tasks.embed_pending.apply(throw=True).get() == 0
    assert set(waiting.values_list("attempts", flat=True)) == {1}
    assert not Embedding.objects.exists()


@pytest.mark.parametrize("flag", ["should_stop", "should_terminate"])
def test_a_worker_that_is_asked_to_stop_claims_nothing_more(waiting, monkeypatch, flag):
    monkeypatch.setattr(state, flag, 0)
    assert tasks.embed_pending.apply(throw=True).get() == 0
    assert set(waiting.values_list("attempts", "claimed_at")) == {(0, None)}
