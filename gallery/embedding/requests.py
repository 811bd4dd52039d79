"""Requests for encoders: an administrator asks on a page, and a worker downloads, loads and
adds.

Loading an encoder can take minutes, so no web thread does it. The request is a row. Workers find it
when they look for pictures to embed, and the periodic sweep notifies them again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery.embedding.lifecycle import add_encoder, check_kept
from gallery.embedding.registry import check_key, downloaded_bytes, load_encoder
from gallery.exceptions import EncoderStateError, EncoderUnavailable
from gallery.models import Encoder, EncoderRequest

logger = logging.getLogger(__name__)

# Seconds. Often enough for a moving progress bar, rarely enough to cost nothing.
HEARTBEAT_S = 2.0
MAX_KEY_CHARACTERS = 300


def check_new_key(key: str) -> str:
    """Return the key without surrounding spaces. Raise EncoderUnavailable if no adapter knows it,
    EncoderStateError if it has already been added or is being removed."""
    key = key.strip()
    if len(key) > MAX_KEY_CHARACTERS:
        raise EncoderUnavailable(
            _("Enter a key of at most %(limit)s characters.") % {"limit": MAX_KEY_CHARACTERS}
        )
    check_key(key)
    added = Encoder.objects.filter(key=key).first()
    if added is not None:
        check_kept(added)
        raise EncoderStateError(_("%(key)s has already been added.") % {"key": key})
    return key


def request_encoder(key: str) -> EncoderRequest:
    """Request an encoder. One that failed before is tried again. The caller notifies the workers.

    Raise what `check_new_key` raises.
    """
    request, _created = EncoderRequest.objects.update_or_create(
        key=check_new_key(key), defaults={"failure": "", "heartbeat_at": None}
    )
    return request


def cancel_request(request: EncoderRequest) -> None:
    """Delete a request. A download in progress finishes, but nothing is added."""
    EncoderRequest.objects.filter(pk=request.pk).delete()


def add_next_requested() -> bool:
    """Load and add one requested encoder. Return False if there are no requests.

    If a request fails, the reason is stored for the person who made it.
    """
    request = _claim_next()
    if request is None:
        return False
    mine = EncoderRequest.objects.filter(pk=request.pk)
    try:
        with _reporting(request):
            load_encoder(request.key)
        if mine.exists():
            add_encoder(request.key)
    except (EncoderUnavailable, EncoderStateError) as error:
        logger.error("The requested encoder %s cannot be added: %s", request.key, error.sentence)
        mine.update(failure=error.sentence)
    else:
        mine.delete()
    return True


def _claim_next() -> EncoderRequest | None:
    with transaction.atomic():
        due = EncoderRequest.objects.due().select_for_update(skip_locked=True)
        request = due.first()
        if request is not None:
            EncoderRequest.objects.filter(pk=request.pk).update(heartbeat_at=timezone.now())
    return request


@contextmanager
def _reporting(request: EncoderRequest) -> Iterator[None]:
    """Report, while the encoder loads, that this worker is alive and how much it has downloaded."""
    stop = threading.Event()
    thread = threading.Thread(target=_report, args=(request, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _report(request: EncoderRequest, stop: threading.Event) -> None:
    try:
        while not stop.wait(HEARTBEAT_S):
            EncoderRequest.objects.filter(pk=request.pk).update(
                heartbeat_at=timezone.now(), downloaded_bytes=_measured(request.key)
            )
    finally:
        connection.close()


def _measured(key: str) -> int:
    try:
        return downloaded_bytes(key)
    except OSError:  # a file in the cache was just renamed
        return 0
