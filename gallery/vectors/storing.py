"""Write, read and delete vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from pgvector import HalfVector
from psycopg import sql

from gallery.models import Embedding, Encoder, EncoderState, Image, VectorKind
from gallery.vectors.arrays import Vector, check_unit

# Vectors fetched at a time: one of 1,000 dimensions takes about 30 KB while it is read.
READ_STEP = 500

# Primary key, content, ordinal and numbers, as the database gives them.
_Row = tuple[int, str, int, list[float]]


class NewVector(NamedTuple):
    """A vector to store. `ordinal` numbers a picture's tiles from 0."""

    image_id: int
    vector: Vector
    ordinal: int = 0


class StoredVector(NamedTuple):
    """A stored vector with its picture's key and content hash."""

    image_id: int
    sha256: str
    ordinal: int
    vector: Vector


def upsert_vectors(
    vectors: Iterable[NewVector], *, encoder: Encoder, kind: VectorKind = VectorKind.PICTURE
) -> int:
    """Store vectors in one statement, replacing those already there, and return their number.

    Raise InvalidVector, before anything is written, if a vector does not have the encoder's
    dimension or length 1, and IntegrityError if a picture no longer exists.
    """
    now = timezone.now()
    rows = []
    # Always in the same order, so that two writers of the same pictures cannot deadlock.
    for new in sorted(vectors, key=lambda each: (each.image_id, each.ordinal)):
        check_unit(new.vector, dimension=encoder.dimension)
        rows.append(
            Embedding(
                image_id=new.image_id,
                encoder=encoder,
                kind=kind,
                ordinal=new.ordinal,
                vector=HalfVector(new.vector),
                created_at=now,
            )
        )
    Embedding.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["image", "encoder", "kind", "ordinal"],
        update_fields=["vector", "created_at"],
    )
    return len(rows)


def stored_vectors(
    images: QuerySet[Image], *, encoder: Encoder, kind: VectorKind = VectorKind.PICTURE
) -> list[StoredVector]:
    """Return the vectors of a few pictures, by primary key and ordinal."""
    return [_stored(row) for row in _rows(images, encoder=encoder, kind=kind)]


def iterate_vectors(
    images: QuerySet[Image], *, encoder: Encoder, kind: VectorKind = VectorKind.PICTURE
) -> Iterator[StoredVector]:
    """Yield the vectors of any number of pictures in the same order, reading a few hundred at a
    time."""
    rows = _rows(images, encoder=encoder, kind=kind).iterator(chunk_size=READ_STEP)
    return map(_stored, rows)


def _rows(
    images: QuerySet[Image], *, encoder: Encoder, kind: VectorKind
) -> QuerySet[Embedding, _Row]:
    return (
        Embedding.objects.made_by(encoder.pk, kind=kind)
        .filter(image__in=images.order_by().values("pk"))
        .order_by("image_id", "ordinal")
        .values_list("image_id", "image__sha256", "ordinal", "vector")
    )


def _stored(row: _Row) -> StoredVector:
    return StoredVector(*row[:3], np.array(row[3], dtype=np.float32))


def copy_vectors(copies: Mapping[int, int]) -> int:
    """Give each copy the vectors of its original, of every kind and every encoder that is not being
    removed, in one statement.

    `copies` maps originals to copies, which have no vectors yet. Return how many were copied.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO gallery_embedding
                (image_id, encoder_id, kind, ordinal, vector, created_at)
            SELECT pair.copy, v.encoder_id, v.kind, v.ordinal, v.vector, now()
            FROM unnest(%s::bigint[], %s::bigint[]) AS pair(original, copy)
            JOIN gallery_embedding v ON v.image_id = pair.original
            JOIN gallery_encoder e ON e.id = v.encoder_id AND e.state <> %s
            """,
            [list(copies.keys()), list(copies.values()), EncoderState.REMOVING],
        )
        return int(cursor.rowcount)


def delete_vectors(
    encoder: Encoder,
    *,
    images: QuerySet[Image] | None = None,
    kind: VectorKind | None = None,
    limit: int | None = None,
) -> int:
    """Delete an encoder's vectors, or only those of some pictures or of one kind, and at most
    `limit` of them. Return how many.

    Vectors of other encoders are never touched.
    """
    bounds: dict[str, Any] = {}
    if images is not None:
        bounds["image__in"] = images.order_by().values("pk")
    if kind is not None:
        bounds["kind"] = kind
    chosen = Embedding.objects.filter(encoder=encoder, **bounds)
    if limit is not None:
        chosen = Embedding.objects.filter(pk__in=chosen.values("pk")[:limit])
    deleted, _ = chosen.delete()
    return deleted


def lock_vectors() -> None:
    """Keep everyone else from writing vectors until the transaction ends, and wait first for
    transactions that have written some. Reading continues."""
    table = sql.Identifier(Embedding._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(table))
