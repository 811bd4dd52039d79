"""Wait until pictures are searchable, and embed them here if no worker is running."""

from __future__ import annotations

import sys
import time
from typing import Any

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from tqdm import tqdm

from gallery.models import Collection, EmbeddingJob, Encoder
from searchsite import lanes
from searchsite.celery import app

# How long to wait for workers to respond to a ping. Seconds.
PING_S = 1.0
# Time between two queries of the queue. Seconds.
POLL_S = 0.5
# Pictures embedded between two steps of the progress bar.
STEP = 64
# Workers without progress for this long are pinged again. Seconds.
PATIENCE_S = 60.0


def wait_until_embedded(collection: Collection) -> None:
    """Return once no picture of the collection waits for the active encoder: each is searchable or
    has failed permanently. Raise EncoderUnavailable if it must embed here and cannot."""
    encoder = Encoder.objects.active() or _choose_encoder()
    left = _waiting(collection, encoder)
    with tqdm(total=left, unit=" embedded", file=sys.stderr, disable=None) as bar:
        while left:
            if _worker_is_there():
                left = _follow(collection, encoder, left=left, bar=bar)
            else:
                left = _embed_here(collection, encoder, left=left, bar=bar)


def _choose_encoder() -> Encoder:
    from gallery.embedding.lifecycle import ensure_active_encoder

    return ensure_active_encoder()


def _waiting(collection: Collection, encoder: Encoder) -> int:
    return (
        EmbeddingJob.objects.waiting()
        .filter(image__collection=collection, image__deleted_at=None, encoder=encoder)
        .count()
    )


def _worker_is_there() -> bool:
    """Whether a worker serves the embedding lane; workers of other lanes do not embed."""
    try:
        served = app.control.inspect(timeout=PING_S).active_queues() or {}
    except (OperationalError, RedisError, OSError):
        return False
    return any(
        queue["name"] == lanes.EMBEDDING.queue for queues in served.values() for queue in queues
    )


def _follow(collection: Collection, encoder: Encoder, *, left: int, bar: tqdm[Any]) -> int:
    """Show the workers' progress until all is done or nothing has changed for a while."""
    moved_at = time.monotonic()
    while left and time.monotonic() - moved_at < PATIENCE_S:
        time.sleep(POLL_S)
        now = _waiting(collection, encoder)
        if now != left:
            bar.update(left - now)
            left, moved_at = now, time.monotonic()
    return left


def _embed_here(collection: Collection, encoder: Encoder, *, left: int, bar: tqdm[Any]) -> int:
    from gallery.embedding.queue import embed_pending, release_abandoned

    release_abandoned()
    report = embed_pending(encoder=encoder, limit=STEP)
    now = _waiting(collection, encoder)
    bar.update(left - now)
    if now == left and report.claimed == 0:
        # The rest waits for its next retry or is being embedded by another process.
        time.sleep(POLL_S)
    return now
