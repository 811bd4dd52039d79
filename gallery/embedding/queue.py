"""The queue of pictures to embed: claims, batches, failures. The rows are the truth.

Any number of workers on any machines may run `embed_pending`; `release_abandoned` gives back what
a dead one had claimed.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from gallery.embedding import batch_encoding
from gallery.embedding.lifecycle import enqueue_missing, settle_encoder
from gallery.embedding.registry import load_encoder
from gallery.models import EmbeddingJob, Encoder, EncoderState
from gallery.models.embedding import MAX_ATTEMPTS

logger = logging.getLogger(__name__)

# Pictures claimed at a time: large enough to keep threads and device busy, small enough that the
# first results appear within a second and a dead worker holds up little.
CLAIM_SIZE = 32
# Without a limit, one call stops after this many, so that a worker comes up for air.
CALL_SIZE = 512
# A failed picture rests this long, then four times as long. Seconds.
FIRST_REST_S = 30
# A claim older than this belongs to a dead worker: no batch takes minutes.
ABANDONED_AFTER = timedelta(minutes=10)
# Longer than any transaction that stores a picture.
YOUNG_FOR = timedelta(hours=1)
# Decoding runs beside the model; Pillow leaves Python's lock while it decodes.
DECODE_THREADS = min(8, max(2, os.cpu_count() or 2))

EmbedProgress = Callable[[int], None]


@dataclass
class EmbedReport:
    """What one call did. `claimed` is 0 when nothing was due."""

    claimed: int = 0
    embedded: int = 0
    failed: int = 0
    quarantined: int = 0
    reasons: dict[int, str] = field(default_factory=dict)


def worker_name() -> str:
    """Says who claimed a job: machine, process and thread."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{threading.get_ident()}"


def claim_jobs(encoder: Encoder | None = None, *, limit: int, worker: str) -> list[EmbeddingJob]:
    """Takes up to `limit` due jobs of one encoder, the active one's first, and counts the attempt.

    Pictures that failed or were abandoned before are taken one by one, after all fresh ones: what
    kills a worker then kills it alone. Two callers never get the same job.
    """
    with transaction.atomic():
        jobs = _lock_due(encoder, limit=limit)
        if not jobs:
            return []
        EmbeddingJob.objects.filter(pk__in=[job.pk for job in jobs]).update(
            claimed_at=timezone.now(), claimed_by=worker, attempts=F("attempts") + 1
        )
    for job in jobs:
        job.attempts += 1
    return jobs


def _lock_due(encoder: Encoder | None, *, limit: int) -> list[EmbeddingJob]:
    """Locked rows. Plain queries in the order of the queue's index, however long the queue is."""
    due = EmbeddingJob.objects.due()
    encoders = [encoder.pk] if encoder is not None else _by_urgency()
    for kind, most in ((Q(attempts=0), limit), (Q(attempts__gt=0), 1)):
        for encoder_id in encoders:
            wanted = due.filter(kind, encoder_id=encoder_id).order_by("next_try_at", "pk")
            locked = wanted.select_for_update(skip_locked=True, of=("self",))
            jobs = list(locked.select_related("image")[:most])
            if jobs:
                return jobs
    return []


def _by_urgency() -> list[int]:
    """Encoders, the one that searches use first."""
    rows = Encoder.objects.values_list("pk", "state")
    return [pk for pk, state in sorted(rows, key=lambda row: row[1] != EncoderState.ACTIVE)]


def embed_pending(
    *,
    limit: int | None = None,
    encoder: Encoder | None = None,
    progress: EmbedProgress | None = None,
) -> EmbedReport:
    """Embeds up to `limit` due pictures; threads decode the next batch while the model runs.

    `progress` is called with the number of pictures finished (embedded or failed) since the last
    call. Raises EncoderUnavailable when an encoder cannot be loaded or fails on everything; the
    pictures are then given back as if untouched.
    """
    report = EmbedReport()
    left = CALL_SIZE if limit is None else limit
    with ThreadPoolExecutor(DECODE_THREADS, thread_name_prefix="decode") as pool:
        current = _next_batch(encoder, limit=left, pool=pool)
        while current is not None:
            left -= len(current.jobs)
            upcoming = None
            try:
                upcoming = _next_batch(encoder, limit=left, pool=pool)
                _finish(current, report=report)
            except BaseException:
                _give_back([*current.jobs, *(upcoming.jobs if upcoming else [])])
                raise
            if progress is not None:
                progress(len(current.jobs))
            current = upcoming
    for touched in _building(encoder):
        settle_encoder(touched)
    return report


def _next_batch(
    encoder: Encoder | None, *, limit: int, pool: ThreadPoolExecutor
) -> batch_encoding.Batch | None:
    """Claims jobs and starts decoding them; None when nothing is due."""
    if limit <= 0:
        return None
    jobs = claim_jobs(encoder, limit=min(CLAIM_SIZE, limit), worker=worker_name())
    if not jobs:
        return None
    try:
        loaded = load_encoder(Encoder.objects.get(pk=jobs[0].encoder_id).key)
        return batch_encoding.start(jobs, encoder=loaded, pool=pool)
    except BaseException:
        _give_back(jobs)
        raise


def _finish(batch: batch_encoding.Batch, *, report: EmbedReport) -> None:
    """Runs the model on a batch and records what became of each picture."""
    outcome = batch_encoding.encode(batch)
    written = batch_encoding.write_vectors(batch.jobs, outcome.vectors)
    report.claimed += len(batch.jobs)
    report.embedded += written
    for job in batch.jobs:
        reason = outcome.failures.get(job.image_id)
        if reason is not None:
            report.failed += 1
            report.reasons[job.image_id] = reason
            report.quarantined += _record_failure(job, reason=reason)


def _record_failure(job: EmbeddingJob, *, reason: str) -> bool:
    """Rests the job, or quarantines it after the last attempt; True if quarantined."""
    now = timezone.now()
    final = job.attempts >= MAX_ATTEMPTS
    rest = timedelta(seconds=FIRST_REST_S * 4 ** (job.attempts - 1))
    EmbeddingJob.objects.filter(pk=job.pk).update(
        claimed_at=None,
        claimed_by="",
        reason=reason,
        next_try_at=now + rest,
        quarantined_at=now if final else None,
    )
    logger.warning("Picture %s was not embedded: %s", job.image_id, reason)
    return final


def _give_back(jobs: Sequence[EmbeddingJob]) -> None:
    """Unclaims jobs as if they had not been tried: what went wrong was not their fault."""
    claimed = EmbeddingJob.objects.filter(pk__in=[job.pk for job in jobs], claimed_at__isnull=False)
    claimed.update(claimed_at=None, claimed_by="", attempts=F("attempts") - 1)


def _building(encoder: Encoder | None) -> QuerySet[Encoder]:
    building = Encoder.objects.filter(state=EncoderState.BUILDING)
    return building if encoder is None else building.filter(pk=encoder.pk)


def _young() -> QuerySet[Encoder]:
    """Encoders that a picture stored at the moment they were added may have missed.

    Pictures stored later always get their job with them, so older encoders need no search.
    """
    young = Q(created_at__gt=timezone.now() - YOUNG_FOR)
    return Encoder.objects.filter(young | Q(state=EncoderState.BUILDING))


def retry_jobs(jobs: QuerySet[EmbeddingJob]) -> int:
    """Makes exactly these jobs due now with a clean slate; how many. Those being worked on stay."""
    return jobs.filter(claimed_at__isnull=True).update(
        attempts=0, next_try_at=timezone.now(), quarantined_at=None, reason=""
    )


def release_abandoned() -> int:
    """Gives back what dead workers had claimed and queues what has no job; how many jobs changed.

    For the periodic sweep. A picture whose workers keep dying is quarantined like any other.
    """
    now = timezone.now()
    abandoned = EmbeddingJob.objects.waiting().filter(claimed_at__lt=now - ABANDONED_AFTER)
    unclaimed = {"claimed_at": None, "claimed_by": "", "next_try_at": now}
    reason = "The worker stopped while it embedded this picture."
    lost = abandoned.filter(attempts__gte=MAX_ATTEMPTS).update(
        **unclaimed, quarantined_at=now, reason=reason
    )
    freed = abandoned.update(**unclaimed, reason=reason)
    queued = sum(enqueue_missing(encoder) for encoder in _young())
    for encoder in _building(None):
        settle_encoder(encoder)
    return lost + freed + queued
