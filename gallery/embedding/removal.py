"""Removing encoders: marked at once, then deleted by a worker.

Deleting millions of vectors takes minutes, so no web thread does it. From the moment an encoder is
marked, nothing is embedded with it and no vectors appear any more. A removal that was interrupted
continues where it stopped, because the mark stays until everything is gone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg import sql
from psycopg.errors import LockNotAvailable

from gallery.embedding.lifecycle import added_encoder
from gallery.exceptions import EncoderStateError
from gallery.models import EmbeddingJob, Encoder, EncoderState
from gallery.vectors import delete_vectors, drop_indexes, lock_vectors

logger = logging.getLogger(__name__)

# Combined with the encoder's id: only one process deletes it.
REMOVAL_LOCK = 7_305_116
# Vectors deleted in one transaction: well under a second of work.
REMOVAL_STEP = 5000
# Other writers wait behind this one, so it gives up soon and tries again later: before PostgreSQL
# looks for a deadlock (after one second) and ends one of the two.
LOCK_TIMEOUT_MS = 500


def request_removal(key: str) -> Encoder:
    """Mark an encoder as being removed. The caller notifies the workers, who delete it.

    Raise EncoderStateError for the active one and for one that was never added.
    """
    with transaction.atomic():
        # Without the key, so that uploads, whose jobs refer to it, don't wait.
        rows = Encoder.objects.select_for_update(no_key=True)
        encoder = rows.get(pk=added_encoder(key).pk)
        if encoder.state == EncoderState.ACTIVE:
            raise EncoderStateError(
                _("%(key)s is the active encoder: activate another one before removing it.")
                % {"key": key}
            )
        encoder.state = EncoderState.REMOVING
        encoder.save(update_fields=["state"])
    return encoder


def remove_encoder(key: str) -> None:
    """Delete an encoder, its vectors, its jobs and its indexes, and return when it is gone.

    Raise what `request_removal` raises, and EncoderStateError if another process is deleting it or
    a long transaction is still adding pictures for it.
    """
    encoder = request_removal(key)
    if not _delete(encoder, deadline=None):
        raise EncoderStateError(
            _("%(key)s is still in use by another process. Try removing it again in a minute.")
            % {"key": key}
        )


def continue_removals(*, budget_s: float) -> bool:
    """Delete the encoders that are being removed, for about `budget_s` seconds. Return whether time
    ran out before all were gone.

    What another process holds is left for the next sweep.
    """
    deadline = time.monotonic() + budget_s
    for encoder in Encoder.objects.filter(state=EncoderState.REMOVING):
        if _delete(encoder, deadline=deadline):
            logger.info("Encoder %s has been removed.", encoder.key)
    is_left = Encoder.objects.filter(state=EncoderState.REMOVING).exists()
    return is_left and time.monotonic() > deadline


def _delete(encoder: Encoder, *, deadline: float | None) -> bool:
    """Delete what belongs to a marked encoder, until the deadline. Return whether it is gone."""
    with _alone(encoder) as is_ours:
        if not is_ours:
            return False
        # Jobs first: workers lock them before writing vectors, so no vectors appear afterwards.
        EmbeddingJob.objects.filter(encoder=encoder).delete()
        while delete_vectors(encoder, limit=REMOVAL_STEP):
            if deadline is not None and time.monotonic() > deadline:
                return False
        # With a deadline, an index that another process is creating is not waited for.
        if not drop_indexes(encoder, wait=deadline is None):
            return False
        return _delete_row(encoder)


def _delete_row(encoder: Encoder) -> bool:
    """Delete the encoder once no open transaction has rows for it. Return whether it is gone.

    A picture may have been stored or copied by a transaction that began before the encoder was
    marked. Its rows are invisible until it commits, and it would fail if the encoder were gone by
    then.
    """
    table = sql.Identifier(EmbeddingJob._meta.db_table)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(LOCK_TIMEOUT_MS))
            # In the order in which workers and copies write, so that nobody waits for us in turn.
            lock_vectors()
            cursor.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(table))
            EmbeddingJob.objects.filter(encoder=encoder).delete()
            Encoder.objects.filter(pk=encoder.pk).delete()
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        return False
    return True


@contextmanager
def _alone(encoder: Encoder) -> Iterator[bool]:
    """Yield whether this process holds the lock for deleting the encoder."""
    lock = [REMOVAL_LOCK, encoder.pk % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", lock)
        is_ours = bool(cursor.fetchone()[0])
        try:
            yield is_ours
        finally:
            if is_ours:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", lock)
