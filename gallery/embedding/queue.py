"""The queue of pictures to embed, as entry points use it. The database rows are authoritative.

Any number of workers on any machines may run `embed_pending`; `release_abandoned` releases the jobs
that a dead one had claimed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery.embedding.lifecycle import enqueue_missing, settle_encoder
from gallery.embedding.outages import record_outage
from gallery.embedding.pipeline import EmbedReport, Pipeline
from gallery.exceptions import EncoderStateError
from gallery.models import EmbeddingJob, Encoder, EncoderState
from gallery.models.embedding import MAX_ATTEMPTS

# Without a limit, one call stops after this many, so that a worker can check for other work.
CALL_SIZE = 512
# A claim older than this belongs to a dead worker: no batch takes minutes.
ABANDONED_AFTER = timedelta(minutes=10)
# Longer than any transaction that stores a picture.
YOUNG_FOR = timedelta(hours=1)
# Decoding runs beside the model; Pillow leaves Python's lock while it decodes.
DECODE_THREADS = min(8, max(2, os.cpu_count() or 2))

EmbedProgress = Callable[[int], None]


def _never() -> bool:
    return False


def embed_pending(
    *,
    limit: int | None = None,
    encoder: Encoder | None = None,
    progress: EmbedProgress | None = None,
    should_stop: Callable[[], bool] = _never,
) -> EmbedReport:
    """Embed up to `limit` due pictures; threads decode the next batch while the model runs.

    Each encoder is worked on independently: one that cannot be loaded, or fails on everything, is
    skipped for a while, its pictures count as untouched, and `report.unavailable` says why. A
    caller that asked for one `encoder` gets EncoderUnavailable instead.

    `progress` is called with the number of pictures finished (embedded or failed) since the last
    call; `should_stop` is asked before each batch is claimed.
    """
    limit = CALL_SIZE if limit is None else limit
    with ThreadPoolExecutor(DECODE_THREADS, thread_name_prefix="decode") as pool:
        pipeline = Pipeline(encoder, limit=limit, pool=pool, should_stop=should_stop)
        for finished in pipeline.run():
            if progress is not None:
                progress(finished)
    _settle(_building(encoder))
    return pipeline.report


def _building(encoder: Encoder | None) -> QuerySet[Encoder]:
    building = Encoder.objects.filter(state=EncoderState.BUILDING)
    return building if encoder is None else building.filter(pk=encoder.pk)


def _settle(encoders: QuerySet[Encoder]) -> None:
    """Mark complete encoders as ready. One that cannot be indexed does not hold up the others."""
    for encoder in encoders:
        try:
            settle_encoder(encoder)
        except EncoderStateError as error:
            record_outage(encoder, reason=error.sentence)


def _young() -> QuerySet[Encoder]:
    """Return encoders that may lack pictures stored at the moment they were added.

    Pictures stored later always get their job with them, so older encoders need no search.
    """
    young = Q(created_at__gt=timezone.now() - YOUNG_FOR)
    return Encoder.objects.kept().filter(young | Q(state=EncoderState.BUILDING))


def retry_jobs(jobs: QuerySet[EmbeddingJob]) -> int:
    """Make exactly these jobs due now with fresh attempts. Return how many. Jobs in progress are
    left alone."""
    return jobs.filter(claimed_at__isnull=True).update(
        attempts=0, next_try_at=timezone.now(), quarantined_at=None, reason=""
    )


def release_abandoned() -> int:
    """Release the jobs of dead workers and queue pictures without a job. Return how many jobs
    changed.

    For the periodic sweep. A picture whose workers keep dying is quarantined like any other.
    """
    now = timezone.now()
    abandoned = EmbeddingJob.objects.waiting().filter(claimed_at__lt=now - ABANDONED_AFTER)
    unclaimed = {"claimed_at": None, "claimed_by": "", "next_try_at": now}
    reason = _("The worker stopped while it embedded this picture.")
    lost = abandoned.filter(attempts__gte=MAX_ATTEMPTS).update(
        **unclaimed, quarantined_at=now, reason=reason
    )
    freed = abandoned.update(**unclaimed, reason=reason)
    queued = sum(enqueue_missing(encoder) for encoder in _young())
    _settle(_building(None))
    return lost + freed + queued
