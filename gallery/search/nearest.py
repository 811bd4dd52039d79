"""Nearest neighbours in PostgreSQL: the only module with distance SQL.

Everything takes the pictures that may be found as a queryset and puts it inside the SQL, so that
permissions and filters are never applied to an answer afterwards. Vectors have unit length, so
the negative inner product `<#>` orders like the cosine distance and costs less.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet
from numpy.typing import NDArray

from gallery.models import Encoder, Image
from gallery.search.composition import Vector

# A filtered index scan loses some of the nearest; asking for twice as many and keeping the best
# half brings recall at 3% matching from .90 to .98 (measured on 500,000 vectors).
OVERFETCH = 2
# pgvector's largest ef_search.
MAX_EF_SEARCH = 1000
# Rows that a filtered index scan may visit before it gives up: enough for 240 of a filter that
# lets 1% through; pgvector's own 20,000 end too early there.
MAX_SCAN_TUPLES = 60_000

_NEAREST_BY_INDEX = """
WITH nearest AS MATERIALIZED (
    SELECT embedding.image_id, {distance} AS distance
    FROM gallery_embedding embedding
    WHERE embedding.encoder_id = {encoder} AND embedding.image_id IN ({images})
    ORDER BY {distance}
    LIMIT {fetched}
)
SELECT image.id, image.sha256, -nearest.distance
FROM nearest JOIN gallery_image image ON image.id = nearest.image_id
ORDER BY nearest.distance, image.id DESC
LIMIT {limit}
"""

# “+ 0” keeps the planner off the vector index: it reads the pictures that match, and all of them.
_NEAREST_EXACTLY = """
WITH nearest AS MATERIALIZED (
    SELECT embedding.image_id, {distance} AS distance
    FROM gallery_embedding embedding
    WHERE embedding.encoder_id = {encoder} AND embedding.image_id IN ({images})
    ORDER BY ({distance}) + 0, embedding.image_id DESC
    LIMIT {limit}
)
SELECT image.id, image.sha256, -nearest.distance
FROM nearest JOIN gallery_image image ON image.id = nearest.image_id
ORDER BY nearest.distance, image.id DESC
"""

_SCORES = """
SELECT embedding.image_id, -({distance})
FROM gallery_embedding embedding
WHERE embedding.encoder_id = {encoder} AND embedding.image_id = ANY('{{{ids}}}'::bigint[])
    AND embedding.image_id IN ({images})
"""

# The sample is the same in every process and on every page while the pictures are the same.
_SAMPLE = """
WITH sample AS MATERIALIZED (
    SELECT embedding.image_id, embedding.vector
    FROM gallery_embedding embedding
    WHERE embedding.encoder_id = {encoder} AND embedding.image_id IN ({images})
    ORDER BY hashint8extended(embedding.image_id, 0)
    LIMIT {limit}
)
SELECT embedding.image_id, -({distance}) FROM sample embedding
"""


class Candidate(NamedTuple):
    """A picture that a query found: its row, its content and its cosine similarity, if known."""

    image_id: int
    sha256: str
    score: float | None


def nearest_images(
    vector: Vector, *, encoder: Encoder, images: QuerySet[Image], limit: int, exact: bool
) -> list[Candidate]:
    """The `limit` nearest of these pictures, nearest first.

    `exact` scans them all: right, and fast when they are few. Else the encoder's HNSW index is
    walked until enough of them are found. Equal distances go newest first.
    """
    fetched = limit * OVERFETCH
    numbers = {"limit": int(limit), "fetched": int(fetched)}
    if exact:
        rows = _answer(_NEAREST_EXACTLY, vector, encoder=encoder, images=images, **numbers)
        return [Candidate(*row) for row in rows]
    with transaction.atomic():
        _set_up_index_scan(fetched)
        rows = _answer(_NEAREST_BY_INDEX, vector, encoder=encoder, images=images, **numbers)
    return [Candidate(*row) for row in rows]


def scores_of(
    image_ids: Iterable[int], *, vector: Vector, encoder: Encoder, images: QuerySet[Image]
) -> dict[int, float]:
    """Cosine similarities of those of these pictures that have a vector, by primary key."""
    ids = ",".join(str(int(pk)) for pk in image_ids)
    return dict(_answer(_SCORES, vector, encoder=encoder, images=images, ids=ids))


def sample_scores(
    vector: Vector, *, encoder: Encoder, images: QuerySet[Image], limit: int
) -> dict[int, float]:
    """Cosine similarities of a fixed random sample of these pictures, by primary key."""
    return dict(_answer(_SAMPLE, vector, encoder=encoder, images=images, limit=int(limit)))


def vector_literal(vector: NDArray[Any]) -> str:
    """The text form of a vector: seven digits are more than half precision keeps."""
    return "[" + ",".join(map("%.7g".__mod__, np.asarray(vector).tolist())) + "]"


def _answer(
    template: str, vector: Vector, *, encoder: Encoder, images: QuerySet[Image], **values: int | str
) -> list[tuple[Any, ...]]:
    """Runs a statement with the pictures as its subquery.

    The vector, the encoder's id and the values (numbers, all of them) are written into the text:
    the planner uses a partial index only for a constant.
    """
    dimension = int(encoder.dimension)
    literal = f"'{vector_literal(vector)}'::halfvec({dimension})"
    try:
        subquery, params = images.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # no visible collection at all: Django knows without asking
        return []
    sql = template.format(
        # The very expression that the index is made on, or the planner will not use it.
        distance=f"embedding.vector::halfvec({dimension}) <#> {literal}",
        encoder=int(encoder.pk),
        images=subquery,
        **values,
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _set_up_index_scan(fetched: int) -> None:
    """For this transaction only.

    Without sorting, the index is the planner's only way to the order asked for. Left to itself it
    goes by its estimate of how many pictures match, which is wrong by far where the statistics
    are old; whether to use the index is decided here, by a count.
    """
    ef_search = min(max(int(settings.HNSW_EF_SEARCH), fetched), MAX_EF_SEARCH)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true),"
            " set_config('hnsw.ef_search', %s, true),"
            " set_config('hnsw.max_scan_tuples', %s, true),"
            " set_config('enable_sort', 'off', true)",
            (str(ef_search), str(MAX_SCAN_TUPLES)),
        )
