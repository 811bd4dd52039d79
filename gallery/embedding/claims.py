"""Claims on embedding jobs: taken under row locks, and given back only while they still hold.

A claim is a worker's name and a time. A worker that seemed dead may continue after its jobs were
claimed again, so every change to a claimed job checks that the claim is still valid. Used by
pipeline.py only.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from gallery.models import EmbeddingJob, Encoder
from gallery.models.embedding import MAX_ATTEMPTS

logger = logging.getLogger(__name__)

# Seconds before a failed picture is retried: this long, then four times as long.
FIRST_REST_S = 30


def worker_name() -> str:
    """Return the name that claims carry: machine, process and thread."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{threading.get_ident()}"


def claim_jobs(encoders: Sequence[Encoder], *, limit: int, worker: str) -> list[EmbeddingJob]:
    """Claim up to `limit` due jobs of the first of these encoders that has any; count the
    attempt.

    Pictures that failed or were abandoned before are claimed one at a time, after all new ones, so
    that a picture that kills a worker takes no others with it. Two callers never get the same job.
    """
    with transaction.atomic():
        jobs = _lock_due(encoders, limit=limit)
        now = timezone.now()
        EmbeddingJob.objects.filter(pk__in=[job.pk for job in jobs]).update(
            claimed_at=now, claimed_by=worker, attempts=F("attempts") + 1
        )
    for job in jobs:
        job.claimed_at, job.claimed_by = now, worker
        job.attempts += 1
    return jobs


def _lock_due(encoders: Sequence[Encoder], *, limit: int) -> list[EmbeddingJob]:
    """Lock due jobs of one encoder, with plain queries in the order of the queue's index."""
    for attempts, count in ((Q(attempts=0), limit), (Q(attempts__gt=0), 1)):
        for encoder in encoders:
            due = EmbeddingJob.objects.due().filter(attempts, encoder=encoder)
            locked = due.order_by("next_try_at", "pk").select_for_update(
                skip_locked=True, of=("self",)
            )
            jobs = list(locked.select_related("image")[:count])
            for job in jobs:
                job.encoder = encoder
            if jobs:
                return jobs
    return []


def give_back(jobs: Sequence[EmbeddingJob]) -> None:
    """Release jobs as if they had not been tried, for failures that were not their fault."""
    EmbeddingJob.objects.still_claimed(jobs).update(
        claimed_at=None, claimed_by="", attempts=F("attempts") - 1
    )


def record_failure(job: EmbeddingJob, *, reason: str) -> EmbeddingJob | None:
    """Delay the job, or quarantine it after the last attempt. Return None if the claim was lost."""
    now = timezone.now()
    rest = timedelta(seconds=FIRST_REST_S * 4 ** (job.attempts - 1))
    job.quarantined_at = now if job.attempts >= MAX_ATTEMPTS else None
    recorded = EmbeddingJob.objects.still_claimed([job]).update(
        claimed_at=None,
        claimed_by="",
        reason=reason,
        next_try_at=now + rest,
        quarantined_at=job.quarantined_at,
    )
    if not recorded:
        return None
    logger.warning("Picture %s was not embedded: %s", job.image_id, reason)
    return job
