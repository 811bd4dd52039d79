"""Hints to workers that pictures wait: the only way entry points enqueue embeddings.

A hint carries nothing; the jobs are rows. So one hint that nobody has taken yet is as good as a
thousand, and no second one is sent beside it.
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
    """Send one hint when the current transaction commits, at once when there is none.

    A broker that is away costs nothing but time: the rows wait, and the sweep hints again.
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
        # Once for each outage: an import without a broker hints for every few pictures.
        # The local broker runs only with `make run`: commands given by hand do without it.
        quiet = _complained or settings.EMBEDDED_REDIS
        level = logging.DEBUG if quiet else logging.WARNING
        logger.log(level, "No hint sent, the sweep will find the pictures: %s", error)
        _complained = True


def _hint_is_waiting() -> bool:
    """Whether a hint lies in the queue that no worker has taken.

    Whoever takes it looks for jobs after that, and so finds those of the transaction that has just
    committed. Idle workers take hints at once: while one waits, all of them are busy or away.
    """
    with app.pool.acquire(block=True) as broker:
        channel = cast(Any, broker).default_channel
        queue = channel.queue_declare(queue=lanes.EMBEDDING.queue, durable=True)
        return bool(queue.message_count)
