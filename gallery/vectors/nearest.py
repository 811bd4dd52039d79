"""Nearest neighbours and scores in PostgreSQL: the only module that computes distances.

Vectors have unit length, so the negative inner product `<#>` orders like the cosine distance and
costs less. All statements use pgvector's expressions with the same cast as the index, because the
planner would not use the index for any other expression.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connection, transaction
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Exists,
    F,
    Func,
    Min,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast
from pgvector.django import HalfVectorField, MaxInnerProduct

from gallery.models import Embedding, Encoder, Image, VectorKind
from gallery.models.embedding import EmbeddingQuerySet
from gallery.vectors.arrays import Vector, check_shape, vector_literal

# A filtered index scan misses some of the nearest. Fetching twice as many and keeping the best half
# raises recall from .90 to .98 if 3% match (measured on 500,000 vectors).
OVERFETCH = 2
# pgvector's largest ef_search.
MAX_EF_SEARCH = 1000
# Rows that a filtered index scan may visit before it gives up: enough for 240 results of a filter
# that matches 1%. pgvector's default of 20,000 ends too early.
MAX_SCAN_TUPLES = 60_000
# Maximum rows that a query on tiles fetches to find enough different pictures.
MAX_FETCHED = 20_000

# A picture's content hash, looked up for result rows only. With a join, PostgreSQL would read the
# whole row of each picture that takes part; without one, an index on the keys is enough.
_SHA256 = Subquery(Image.objects.filter(pk=OuterRef("image_id")).order_by().values("sha256"))

# Vectors with their distance. Typed loosely, because a queryset loses its annotations' types when
# it is passed to a function.
_Vectors = QuerySet[Any, Any]
# A picture's key, its content and its distance.
_Row = tuple[int, str, float]


class _IsAnyOf(Func):
    """True for rows whose key is among these, passed as one parameter in text form.

    Django's `__in` creates a parameter for each key and its arrays convert each one, which takes
    milliseconds for the hundreds of pictures of a background.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, key: str, values: list[int]) -> None:
        array = Value("{" + ",".join(str(int(value)) for value in values) + "}")
        super().__init__(F(key), Cast(array, ArrayField(BigIntegerField())))


class _Distance(MaxInnerProduct):
    """The negative inner product, as PostgreSQL returns it.

    It already is a float. Django would convert each of hundreds of rows again, which takes a tenth
    of the time of a search outside the database.
    """

    def get_db_converters(self, *_connection: Any) -> list[Any]:
        return []


class Neighbour(NamedTuple):
    """A picture near a vector: its key, its content and its cosine similarity."""

    image_id: int
    sha256: str
    score: float


def nearest_images(
    vector: Vector,
    *,
    encoder: Encoder,
    images: QuerySet[Image],
    limit: int,
    exact: bool,
    kind: VectorKind = VectorKind.PICTURE,
) -> list[Neighbour]:
    """Return the `limit` nearest of these pictures, nearest first, each by its nearest vector.

    `exact` compares all of them, which is accurate, and fast if there are few. Otherwise the index
    of the encoder and kind is scanned until enough are found. Of equally near pictures, the newest
    comes first.
    """
    vectors = _compared(vector, encoder=encoder, images=images, kind=kind)
    if exact:
        return _compare_all(vectors, limit=limit, kind=kind)
    # With a second key beside the distance, the planner would not use the index.
    rows = vectors.order_by("distance").values_list("image_id", _SHA256, "distance")
    fetched = limit * OVERFETCH
    with transaction.atomic():
        while True:
            _set_up_index_scan(fetched)
            read = _read_until_known(rows[:fetched], limit=limit, is_repeated=kind.is_repeated)
            found = _best_of_each(read)
            enough = len(found) >= limit or len(read) < fetched or fetched >= MAX_FETCHED
            if enough:
                return found[:limit]
            fetched = min(fetched * 2, MAX_FETCHED)


def scores_of(
    image_ids: Iterable[int],
    *,
    vector: Vector,
    encoder: Encoder,
    images: QuerySet[Image],
    kind: VectorKind = VectorKind.PICTURE,
) -> dict[int, float]:
    """Return the scores of these pictures by primary key. Pictures without a vector are left
    out."""
    ids = list(image_ids)
    if not ids:
        return {}
    vectors = _compared(vector, encoder=encoder, images=images, kind=kind)
    named = vectors.filter(_IsAnyOf("image_id", ids))
    return _best_scores(named.values_list("image_id", "distance"), kind=kind)


def sample_scores(
    vector: Vector,
    *,
    encoder: Encoder,
    images: QuerySet[Image],
    limit: int,
    kind: VectorKind = VectorKind.PICTURE,
) -> dict[int, float]:
    """Return the scores of a random sample of these pictures, by primary key.

    Hashes of the keys choose the sample, so the same pictures give the same sample in every process
    and for every vector.
    """
    check_shape(vector, dimension=encoder.dimension)
    # Choose first and compare afterwards; otherwise all of them would be compared.
    chosen = _vectors(encoder=encoder, images=images, kind=kind).order_by(
        Func(F("image_id"), Value(0), function="hashint8extended")
    )
    rows = Embedding.objects.filter(pk__in=chosen.values("pk")[:limit])
    scored = rows.annotate(distance=_distance(vector, encoder=encoder))
    return _best_scores(scored.values_list("image_id", "distance"), kind=kind)


def scores_at_least(
    score: float, *, vector: Vector, encoder: Encoder, kind: VectorKind = VectorKind.PICTURE
) -> Exists:
    """Return the condition, for a queryset of pictures, that a picture scores this much or more.

    Pictures without a vector don't match.
    """
    check_shape(vector, dimension=encoder.dimension)
    own = Embedding.objects.made_by(encoder.pk, kind=kind).filter(image_id=OuterRef("pk"))
    near = own.alias(distance=_distance(vector, encoder=encoder)).filter(distance__lte=-score)
    return Exists(near)


def _vectors(*, encoder: Encoder, images: QuerySet[Image], kind: VectorKind) -> EmbeddingQuerySet:
    # One call of filter instead of made_by and a second one: building a query takes as long as
    # running a small one.
    return Embedding.objects.filter(
        encoder_id=encoder.pk, kind=kind, image__in=images.order_by().values("pk")
    )


def _compared(
    vector: Vector, *, encoder: Encoder, images: QuerySet[Image], kind: VectorKind
) -> _Vectors:
    check_shape(vector, dimension=encoder.dimension)
    vectors = _vectors(encoder=encoder, images=images, kind=kind)
    return vectors.annotate(distance=_distance(vector, encoder=encoder))


def _distance(vector: Vector, *, encoder: Encoder) -> _Distance:
    stored = Cast("vector", HalfVectorField(dimensions=encoder.dimension))
    return _Distance(stored, Value(vector_literal(vector)))


def _compare_all(vectors: _Vectors, *, limit: int, kind: VectorKind) -> list[Neighbour]:
    # “+ 0” prevents the planner from using the index, so that all matching pictures are compared.
    compared = F("distance") + Value(0.0)
    nearest = (
        vectors.values_list("image_id")
        .annotate(compared=Min(compared) if kind.is_repeated else compared, sha256=_SHA256)
        .order_by("compared", "-image_id")
    )
    return [Neighbour(pk, sha256, -distance) for pk, distance, sha256 in nearest[:limit]]


def _read_until_known(rows: QuerySet[Any, _Row], *, limit: int, is_repeated: bool) -> list[_Row]:
    """Read the rows of an index scan until the nearest `limit` are known.

    A scan whose first pass finds enough returns them in order, and no later row can be nearer: the
    rest would only cost time. Filters that let few pictures through need several passes, and rows
    of a later pass may be nearer than those of an earlier one. Then all rows are read.
    """
    read: list[_Row] = []
    in_order = not is_repeated
    for row in rows.iterator(chunk_size=limit + 1):
        last = read[-1][2] if read else row[2]
        if in_order and len(read) >= limit and row[2] > last:
            break
        in_order = in_order and row[2] >= last
        read.append(row)
    return read


def _best_of_each(rows: Iterable[_Row]) -> list[Neighbour]:
    """Keep one row per picture, in order: an iterative scan returns rows only roughly sorted."""
    best: dict[int, Neighbour] = {}
    for pk, sha256, distance in sorted(rows, key=lambda row: (row[2], -row[0])):
        best.setdefault(pk, Neighbour(pk, sha256, -distance))
    return list(best.values())


def _best_scores(rows: Iterable[tuple[int, float]], *, kind: VectorKind) -> dict[int, float]:
    if not kind.is_repeated:
        return {pk: -distance for pk, distance in rows}
    best: dict[int, float] = {}
    for pk, distance in rows:
        best[pk] = max(best.get(pk, -distance), -distance)
    return best


def _set_up_index_scan(fetched: int) -> None:
    """Set planner options for this transaction.

    Without sorting, only the index can give the planner the requested order. By default the planner
    relies on its estimate of how many pictures match, which is far off if the statistics are old.
    The caller has already decided to use the index, by counting.
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
