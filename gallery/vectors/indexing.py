"""The partial HNSW index of each encoder and kind of vector, on a cast to its dimension.

Vectors of all encoders and kinds share one column without a fixed dimension, so each pair gets its
own index. It is created and dropped with the encoder instead of in a migration, and CONCURRENTLY,
so that searches and uploads continue.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _
from psycopg import sql

from gallery.exceptions import EncoderStateError
from gallery.models import Embedding, Encoder, VectorKind

# pgvector cannot index longer half-precision vectors.
MAX_DIMENSIONS = 4000
# An arbitrary lock number: processes that create or drop an index take turns.
ADVISORY_LOCK = 7_305_113
LOCK_POLL_S = 0.2
# The first release's prefix of index names, followed by the encoder's id.
OLD_PREFIX = "embedding_hnsw_encoder_"


def index_name(encoder: Encoder, *, kind: VectorKind = VectorKind.PICTURE) -> str:
    """Return the name of the index of an encoder's vectors of one kind."""
    return f"embedding_hnsw_{encoder.pk}_{kind}"


def old_index_name(encoder: Encoder) -> str:
    """Return the index name of the first release, whose index covers all kinds of an encoder.

    Searches can use it, because it includes the rows of every kind.
    """
    return f"{OLD_PREFIX}{encoder.pk}"


def ensure_index(encoder: Encoder, *, kind: VectorKind = VectorKind.PICTURE) -> bool:
    """Create the index unless a valid one exists.

    Return whether it was created. An invalid index left by an interrupted build is dropped first,
    and an index of the first release afterwards. Inside a transaction (in tests), the index is
    created without CONCURRENTLY. Raise EncoderStateError above 4,000 dimensions, and for an encoder
    that is being removed.
    """
    if encoder.dimension > MAX_DIMENSIONS:
        raise EncoderStateError(
            _(
                "%(key)s makes vectors of %(dimension)s numbers and the index takes "
                "%(limit)s at most: choose a smaller model."
            )
            % {"key": encoder.key, "dimension": encoder.dimension, "limit": MAX_DIMENSIONS}
        )
    with _taking_turns() as cursor:
        # drop_indexes takes the same turns, so none is created after a removal dropped them.
        if not Encoder.objects.kept().filter(pk=encoder.pk).exists():
            raise EncoderStateError(_("%(key)s is being removed.") % {"key": encoder.key})
        made = _make(cursor, encoder, kind=kind)
        if kind == VectorKind.PICTURE:
            _drop(cursor, old_index_name(encoder))
        return made


def has_index(encoder: Encoder, *, kind: VectorKind = VectorKind.PICTURE) -> bool:
    """Return whether searches have an index to use, including one of the first release."""
    with connection.cursor() as cursor:
        return _is_valid(cursor, index_name(encoder, kind=kind)) or (
            kind == VectorKind.PICTURE and _is_valid(cursor, old_index_name(encoder))
        )


def drop_indexes(encoder: Encoder, *, wait: bool = True) -> bool:
    """Drop all existing indexes of the encoder. Return False, having dropped none, if another
    process is creating or dropping an index and the caller does not want to wait for it."""
    with _taking_turns() if wait else _alone() as cursor:
        if cursor is None:
            return False
        for kind in VectorKind:
            _drop(cursor, index_name(encoder, kind=kind))
        _drop(cursor, old_index_name(encoder))
        return True


def replace_old_indexes() -> int:
    """Replace the indexes of the first release and return how many it replaced.

    Searches use the old one until the new one is ready, which takes half an hour for a million
    pictures. After that, a call costs one small query. If another process is creating an index,
    return at once.
    """
    if not _has_old_indexes():
        return 0
    with _alone() as cursor:
        if cursor is None:
            return 0
        old = [each for each in Encoder.objects.kept() if _exists(cursor, old_index_name(each))]
        for encoder in old:
            _make(cursor, encoder, kind=VectorKind.PICTURE)
            _drop(cursor, old_index_name(encoder))
    return len(old)


def _has_old_indexes() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_indexes WHERE schemaname = current_schema()"
            " AND tablename = %s AND indexname LIKE %s)",
            [Embedding._meta.db_table, f"{OLD_PREFIX}%"],
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def _alone() -> Iterator[CursorWrapper | None]:
    """Yield a cursor holding the advisory lock, or None if another process has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK])
        if not cursor.fetchone()[0]:
            yield None
            return
        try:
            yield cursor
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])


@contextmanager
def _taking_turns() -> Iterator[CursorWrapper]:
    """Yield a cursor holding an advisory lock, which is polled instead of waited for.

    A statement that waits for a lock holds a snapshot, and a concurrent index build waits for all
    snapshots: the two would deadlock.
    """
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            _poll(cursor, "SELECT pg_try_advisory_xact_lock(%s)")
            # An index cannot be created while deferred constraints of earlier writes are pending.
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


def _make(cursor: CursorWrapper, encoder: Encoder, *, kind: VectorKind) -> bool:
    name = index_name(encoder, kind=kind)
    if _is_valid(cursor, name):
        return False
    _drop(cursor, name)
    cursor.execute(_create_statement(encoder, kind=kind))
    return True


def _exists(cursor: CursorWrapper, name: str) -> bool:
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
    return bool(cursor.fetchone()[0])


def _is_valid(cursor: CursorWrapper, name: str) -> bool:
    cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
    row = cursor.fetchone()
    return bool(row and row[0])


def _drop(cursor: CursorWrapper, name: str) -> None:
    cursor.execute(
        sql.SQL("DROP INDEX {} IF EXISTS {}").format(_concurrently(), sql.Identifier(name))
    )


def _create_statement(encoder: Encoder, *, kind: VectorKind) -> sql.Composed:
    return sql.SQL(
        "CREATE INDEX {concurrently} {name} ON {table} "
        "USING hnsw ((vector::halfvec({dimension})) halfvec_ip_ops) "
        "WHERE encoder_id = {encoder} AND kind = {kind}"
    ).format(
        concurrently=_concurrently(),
        name=sql.Identifier(index_name(encoder, kind=kind)),
        table=sql.Identifier(Embedding._meta.db_table),
        dimension=sql.Literal(encoder.dimension),
        encoder=sql.Literal(encoder.pk),
        kind=sql.Literal(kind.value),
    )


def _concurrently() -> sql.SQL:
    """Return CONCURRENTLY, which is forbidden inside a transaction."""
    return sql.SQL("" if connection.in_atomic_block else "CONCURRENTLY")
