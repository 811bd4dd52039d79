"""Embedding pictures again that have vectors already, for instance after a model file was repaired.

The old vectors answer searches until the new ones replace them.
"""

from __future__ import annotations

from itertools import islice

from django.db import transaction
from django.utils import timezone

from gallery.models import EmbeddingJob, Encoder
from gallery.models.image import ImageQuerySet

# Rows of one INSERT.
STEP = 5000


@transaction.atomic
def embed_again(images: ImageQuerySet) -> int:
    """Queues live pictures for every encoder, with a clean slate; returns how many pictures.

    Jobs that a worker holds right now are left to it.
    """
    ids = list(images.live().order_by("pk").values_list("pk", flat=True))
    encoders = list(Encoder.objects.values_list("pk", flat=True))
    EmbeddingJob.objects.filter(image__in=ids, claimed_at__isnull=True).update(
        attempts=0, next_try_at=timezone.now(), quarantined_at=None, reason=""
    )
    missing = (EmbeddingJob(image_id=pk, encoder_id=encoder) for pk in ids for encoder in encoders)
    while step := list(islice(missing, STEP)):
        EmbeddingJob.objects.bulk_create(step, ignore_conflicts=True)
    return len(ids)
