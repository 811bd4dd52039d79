"""Telling the workers that something waits: the only way entry points enqueue embeddings."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
_complained = False


def hint_workers() -> None:
    """Sends one hint when the current transaction commits, at once when there is none.

    A broker that is away costs nothing but time: the rows wait, and the sweep hints again.
    """
    transaction.on_commit(_send)


def _send() -> None:
    global _complained
    from gallery.tasks import embed_pending

    try:
        embed_pending.delay()
        _complained = False
    except OperationalError as error:
        # Once for each outage: an import without a broker hints for every few pictures.
        # The local broker runs only with `make run`: commands given by hand do without it.
        quiet = _complained or settings.EMBEDDED_REDIS
        level = logging.DEBUG if quiet else logging.WARNING
        logger.log(level, "No hint sent, the sweep will find the pictures: %s", error)
        _complained = True
