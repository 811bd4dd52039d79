"""Embed pictures again that already have vectors, for instance after a model file was replaced.

The old vectors answer searches until the new ones replace them.
"""

from __future__ import annotations

from itertools import islice

from django.db import transaction
from django.utils import timezone

from gallery.models import EmbeddingJob, Encoder
from gallery.models.image import ImageQuerySet

# Pictures queued with one UPDATE and one INSERT per encoder.
STEP = 5000


@transaction.atomic
def embed_again(images: ImageQuerySet) -> int:
    """Queue live pictures for every encoder with fresh attempts.

    Return how many pictures. Jobs that a worker is processing are left alone.
    """
    encoders = list(Encoder.objects.kept().values_list("pk", flat=True))
    ids = images.live().order_by("pk").values_list("pk", flat=True).iterator(chunk_size=STEP)
    queued = 0
    while step := list(islice(ids, STEP)):
        _queue(step, encoders=encoders)
        queued += len(step)
    return queued


def _queue(ids: list[int], *, encoders: list[int]) -> None:
    EmbeddingJob.objects.filter(image__in=ids, claimed_at__isnull=True).update(
        attempts=0, next_try_at=timezone.now(), quarantined_at=None, reason=""
    )
    for encoder in encoders:
        EmbeddingJob.objects.bulk_create(
            [EmbeddingJob(image_id=pk, encoder_id=encoder) for pk in ids], ignore_conflicts=True
        )
