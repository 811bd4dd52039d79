"""Encoders that are temporarily unavailable are skipped for a while, and the reason is recorded.

The pause belongs to this process, because another machine may have the weights or the device that
this one lacks. The reason is stored with the encoder, where administrators see it.
"""

from __future__ import annotations

import logging
import time

from django.utils import timezone

from gallery.models import Encoder

logger = logging.getLogger(__name__)

# Seconds. Long enough that a failing download costs little, short enough that a repair is noticed
# soon.
PAUSE_S = 60.0

# When this process may try an encoder again, by the encoder's id. Monotonic seconds.
_paused_until: dict[int, float] = {}


def is_paused(encoder: Encoder) -> bool:
    """Return whether this process found the encoder unusable a moment ago."""
    return time.monotonic() < _paused_until.get(encoder.pk, 0.0)


def record_outage(encoder: Encoder, *, reason: str) -> None:
    """Skip the encoder in this process for PAUSE_S and store the reason."""
    _paused_until[encoder.pk] = time.monotonic() + PAUSE_S
    Encoder.objects.filter(pk=encoder.pk).update(failure=reason, failed_at=timezone.now())
    logger.error("The encoder %s is skipped for %d s: %s", encoder.key, PAUSE_S, reason)


def record_recovery(encoder: Encoder) -> None:
    """Clear the outage of an encoder that works. Costs nothing if there was none."""
    _paused_until.pop(encoder.pk, None)
    if encoder.failure:
        Encoder.objects.filter(pk=encoder.pk).update(failure="", failed_at=None)
        encoder.failure = ""
        logger.info("The encoder %s works again", encoder.key)
