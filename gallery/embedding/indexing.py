"""The partial HNSW index of each encoder, on a cast to its dimension.

Vectors of all encoders share one column of no fixed dimension, so each encoder gets an index of
its own, made and dropped with it and not in a migration. CONCURRENTLY, so that searches and
uploads go on meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from gallery.exceptions import EncoderStateError
from gallery.models import Embedding, Encoder

# pgvector cannot index longer half-precision vectors.
MAX_DIMENSIONS = 4000
# Any number of our own; two processes that make or drop an index take turns.
ADVISORY_LOCK = 7_305_113
LOCK_POLL_S = 0.2


def ensure_index(encoder: Encoder) -> bool:
    """Makes the encoder's index unless a valid one is there; True if it was made now.

    An invalid leftover of a build that was cut short is dropped first. Inside a transaction (in
    tests) the index is made the plain way. Raises EncoderStateError above 4,000 dimensions.
    """
    if encoder.dimension > MAX_DIMENSIONS:
        raise EncoderStateError(
            f"{encoder.key} makes vectors of {encoder.dimension} numbers and the index takes "
            f"{MAX_DIMENSIONS} at most: choose a smaller model."
        )
    with _taking_turns() as cursor:
        if _is_valid(cursor, encoder.index_name):
            return False
        _drop(cursor, encoder.index_name)
        cursor.execute(_create_statement(encoder))
        return True


def drop_index(encoder: Encoder) -> None:
    """Drops the encoder's index if there is one."""
    with _taking_turns() as cursor:
        _drop(cursor, encoder.index_name)


def index_is_valid(encoder: Encoder) -> bool:
    """Whether searches can use the encoder's index."""
    with connection.cursor() as cursor:
        return _is_valid(cursor, encoder.index_name)


@contextmanager
def _taking_turns() -> Iterator[CursorWrapper]:
    """A cursor under an advisory lock that is polled for, never waited on.

    A statement that waits for a lock holds a snapshot, and a concurrent index build waits for all
    snapshots: the two would wait for each other for ever.
    """
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            _poll(cursor, "SELECT pg_try_advisory_xact_lock(%s)")
            # An index cannot be made while checks of rows written before are still outstanding.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            yield cursor
            return
        _poll(cursor, "SELECT pg_try_advisory_lock(%s)")
        try:
            yield cursor
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])


def _poll(cursor: CursorWrapper, statement: str) -> None:
    while True:
        cursor.execute(statement, [ADVISORY_LOCK])
        if cursor.fetchone()[0]:
            return
        time.sleep(LOCK_POLL_S)


def _is_valid(cursor: CursorWrapper, name: str) -> bool:
    cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
    row = cursor.fetchone()
    return bool(row and row[0])


def _drop(cursor: CursorWrapper, name: str) -> None:
    cursor.execute(
        sql.SQL("DROP INDEX {} IF EXISTS {}").format(_concurrently(), sql.Identifier(name))
    )


def _create_statement(encoder: Encoder) -> sql.Composed:
    return sql.SQL(
        "CREATE INDEX {concurrently} {name} ON {table} "
        "USING hnsw ((vector::halfvec({dimension})) halfvec_ip_ops) WHERE encoder_id = {encoder}"
    ).format(
        concurrently=_concurrently(),
        name=sql.Identifier(encoder.index_name),
        table=sql.Identifier(Embedding._meta.db_table),
        dimension=sql.Literal(encoder.dimension),
        encoder=sql.Literal(encoder.pk),
    )


def _concurrently() -> sql.SQL:
    """CONCURRENTLY is forbidden inside a transaction."""
    return sql.SQL("" if connection.in_atomic_block else "CONCURRENTLY")
