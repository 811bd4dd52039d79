"""Embedding pictures again."""

from django.utils import timezone

from gallery.embedding import again
from gallery.embedding.again import embed_again
from gallery.models import Embedding, EmbeddingJob, Encoder, Image
from tests.factories import make_collection, make_image

VECTOR = [1.0] + [0.0] * 63


def test_live_pictures_are_queued_for_every_encoder_and_stay_searchable(owner, encoder):
    second = Encoder.objects.create(key="tiny:2", dimension=64)
    collection = make_collection(owner)
    image = make_image(collection, vector=VECTOR)
    make_image(collection, deleted_at=timezone.now())
    assert embed_again(Image.objects.all()) == 1
    assert set(EmbeddingJob.objects.values_list("image", "encoder")) == {
        (image.pk, encoder.pk),
        (image.pk, second.pk),
    }
    assert Embedding.objects.filter(image=image).exists()


def test_a_failed_job_is_reset_and_a_claimed_one_is_left_alone(owner, encoder):
    collection = make_collection(owner)
    failed, claimed = make_image(collection), make_image(collection)
    now = timezone.now()
    EmbeddingJob.objects.create(
        image=failed, encoder=encoder, attempts=3, quarantined_at=now, reason="It broke."
    )
    EmbeddingJob.objects.create(image=claimed, encoder=encoder, attempts=1, claimed_at=now)
    assert embed_again(Image.objects.all()) == 2
    assert EmbeddingJob.objects.due().get().image == failed
    assert EmbeddingJob.objects.get(image=claimed).attempts == 1
    assert EmbeddingJob.objects.count() == 2


def test_a_large_selection_is_queued_in_steps(owner, encoder, monkeypatch):
    monkeypatch.setattr(again, "STEP", 2)
    Encoder.objects.create(key="tiny:2", dimension=64)
    collection = make_collection(owner)
    images = [make_image(collection) for _ in range(5)]
    EmbeddingJob.objects.create(
        image=images[4], encoder=encoder, attempts=3, quarantined_at=timezone.now()
    )
    steps = []
    queue_step = again._queue
    monkeypatch.setattr(
        again,
        "_queue",
        lambda ids, **options: steps.append(len(ids)) or queue_step(ids, **options),
    )
    assert embed_again(Image.objects.all()) == 5
    assert steps == [2, 2, 1]
    assert EmbeddingJob.objects.due().count() == 10
