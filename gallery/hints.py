"""Hints that ask workers to embed waiting pictures: the only way entry points enqueue embeddings.

A hint has no content, because the jobs are rows in the database. One unread hint is therefore
enough, and no second one is sent while it waits.
"""

from __future__ import annotations

import logging
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from searchsite import lanes
from searchsite.celery import app

logger = logging.getLogger(__name__)
_complained = False


def hint_workers() -> None:
    """Send one hint when the current transaction commits, or at once if there is none.

    If the broker is unreachable, pictures are only delayed: the rows stay, and the sweep hints
    again.
    """
    transaction.on_commit(_send)


def _send() -> None:
    global _complained
    from gallery.tasks import embed_pending

    try:
        if not _hint_is_waiting():
            embed_pending.delay()
        _complained = False
    except (OperationalError, RedisError, OSError) as error:
        # Warn once per outage: an import without a broker sends a hint every few pictures.
        quiet = _complained or settings.EMBEDDED_REDIS
        level = logging.DEBUG if quiet else logging.WARNING
        logger.log(level, "No hint sent, the sweep will find the pictures: %s", error)
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
