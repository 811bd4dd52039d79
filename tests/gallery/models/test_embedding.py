"""The authoritative queue."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery.models import EmbeddingJob, Encoder
from tests.factories import make_collection, make_image


@pytest.fixture
def image(owner):
    return make_image(make_collection(owner))


def test_enqueue_adds_one_job_per_encoder_and_is_idempotent(image, encoder):
    Encoder.objects.create(key="building", dimension=3)
    EmbeddingJob.objects.enqueue(image)
    EmbeddingJob.objects.enqueue(image)
    assert EmbeddingJob.objects.filter(image=image).count() == 2


def test_enqueue_without_encoders_adds_nothing(image):
    EmbeddingJob.objects.enqueue(image)
    assert not EmbeddingJob.objects.exists()


@pytest.mark.parametrize(
    ("changes", "due", "waiting"),
    [
        ({}, True, True),
        ({"claimed_at": timezone.now()}, False, True),
        ({"next_try_at": timezone.now() + timedelta(hours=1)}, False, True),
        ({"quarantined_at": timezone.now()}, False, False),
    ],
)
def test_due_and_waiting(image, encoder, changes, due, waiting):
    EmbeddingJob.objects.create(image=image, encoder=encoder, **changes)
    assert EmbeddingJob.objects.due().exists() is due
    assert EmbeddingJob.objects.waiting().exists() is waiting
    assert EmbeddingJob.objects.quarantined().exists() is not waiting
    assert EmbeddingJob.objects.count_by_state() == (int(waiting), int(not waiting))
