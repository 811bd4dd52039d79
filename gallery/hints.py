"""Hints that ask workers to look for work: the only way entry points enqueue it.

A hint has no content, because the work is in rows of the database. A single unread hint is
therefore enough, and no second one is sent to embed pictures while one waits.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from searchsite import lanes
from searchsite.celery import app

logger = logging.getLogger(__name__)
_complained = False

# Seconds. The sweep sends a new hint if this one was not read in time.
REMOVAL_HINT_EXPIRES_S = 60


def hint_workers() -> None:
    """Send one hint when the current transaction commits, or at once if there is none.

    If the broker is unreachable, pictures are only delayed: the rows stay, and the sweep hints
    again.
    """
    transaction.on_commit(lambda: _send(_embed_pending))


def hint_removal() -> None:
    """Ask the housekeeping workers, once the current transaction commits, to delete the encoders
    that are being removed. The sweep hints again until they are gone."""
    transaction.on_commit(lambda: _send(_remove_encoders))


def _embed_pending() -> None:
    from gallery.tasks import embed_pending

    if not _hint_is_waiting():
        embed_pending.delay()


def _remove_encoders() -> None:
    from gallery.tasks import remove_encoders

    remove_encoders.apply_async(expires=REMOVAL_HINT_EXPIRES_S)


def _send(hint: Callable[[], None]) -> None:
    global _complained
    try:
        hint()
        _complained = False
    except (OperationalError, RedisError, OSError) as error:
        # Warn once per outage: an import without a broker sends a hint every few pictures.
        quiet = _complained or settings.EMBEDDED_REDIS
        level = logging.DEBUG if quiet else logging.WARNING
        logger.log(level, "No hint sent; the sweep will find the work: %s", error)
        _complained = True


def _hint_is_waiting() -> bool:
    """Return whether the queue has a hint that no worker has taken yet.

    The worker that takes it looks for jobs afterwards, so it also finds those that were just
    committed. Idle workers take hints at once: while one waits, all workers are busy or stopped.
    """
    with app.pool.acquire(block=True) as broker:
        channel = cast(Any, broker).default_channel
        queue = channel.queue_declare(queue=lanes.EMBEDDING.queue, durable=True)
        return bool(queue.message_count)
