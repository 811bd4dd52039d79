"""Compare a search with encoding plus bare SQL. Run: python -m benchmarks.search

Creates its own database with clustered random vectors, and deletes it at the end. Prints

* page: the first page of a search by words, including its rows, compared with encoding the words
  plus the bare SQL for the same nearest neighbours (goal: at most 1.2);
* recall of the index compared with an exact scan, without filters and under filters that 10%, 3%
  and 1% of the pictures match, and the time of both: whether the threshold between them
  (SEARCH_EXACT_BELOW) is right.

Absolute times drift on shared machines. Ratios are of medians measured alternately in the same run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import django
import numpy as np
from numpy.typing import NDArray

PICTURES = 50_000
CLUSTERS = 500
# Standard deviation of a picture around the centre of its cluster, before scaling to unit length.
# With 512 dimensions, cosines within a cluster are then about .5, as among photographs of one
# thing.
SCATTER = 0.045
ROUNDS = 60
# A first screenful, a first page, and everything that the head of a ranking holds.
DEPTHS = (10, 60, 120)
DATABASE = "semblance_benchmark"
RARITIES = {"all": 1, "a tenth": 10, "3%": 33, "1%": 100}
WORDS = ["a cat", "a red car", "children on a beach", "an old stone bridge", "fireworks at night"]


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=PICTURES)
    parser.add_argument("--encoder", default="starter")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "searchsite.settings")
    django.setup()
    from django.conf import settings
    from django.db import connection

    if settings.EMBEDDED_DATABASE:
        from searchsite.embedded import postgres

        postgres.ensure_running(settings.VAR_DIR)
    before = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = DATABASE
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        encoder = _fill(options.encoder, pictures=options.pictures)
        _measure_pages(encoder)
        _measure_recall(encoder)
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def _fill(key: str, *, pictures: int) -> Any:
    from django.db import connection

    from gallery.embedding.registry import load_encoder
    from gallery.models import Collection, Encoder, User
    from gallery.vectors import ensure_index

    dimension = load_encoder(key).spec.dimension
    owner = User.objects.create_user("benchmark")
    collection = Collection.objects.create(
        owner=owner, name="Benchmark", slug="benchmark", visibility="public"
    )
    encoder = Encoder.objects.create(key=key, dimension=dimension, state="active")
    started = time.perf_counter()
    _copy_images(pictures, collection=collection.pk, owner=owner.pk)
    _copy_vectors(_clustered(pictures, dimension), encoder=encoder.pk)
    copied = time.perf_counter()
    ensure_index(encoder)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE gallery_image, gallery_embedding")
    print(
        f"{pictures:,} pictures of {dimension} dimensions: copied in {copied - started:.0f} s, "
        f"indexed in {time.perf_counter() - copied:.0f} s"
    )
    return encoder


def _clustered(count: int, dimension: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(7)
    middles = rng.normal(0, 1, (CLUSTERS, dimension)).astype(np.float32)
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    noise = rng.normal(0, SCATTER, (count, dimension)).astype(np.float32)
    vectors: NDArray[np.float32] = middles[rng.integers(0, CLUSTERS, count)] + noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _copy_images(count: int, *, collection: int, owner: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO gallery_image (id, collection_id, owner_id, sha256, original, media_type,"
            " width, height, size_bytes, original_name, title, caption, tags, camera, exif,"
            " average_color, created_at)"
            " SELECT n, %s, %s, lpad(n::text, 64, '0'), n || '.jpg', 'image/jpeg', 640, 480, 1000,"
            " 'IMG_' || n || '.jpg', '', CASE WHEN n %% 50 = 0 THEN 'a red car' ELSE '' END,"
            " CASE WHEN n %% 100 = 0 THEN ARRAY['1%%', '3%%', 'a tenth']"
            " WHEN n %% 33 = 0 THEN ARRAY['3%%', 'a tenth']"
            " WHEN n %% 10 = 0 THEN ARRAY['a tenth'] ELSE ARRAY[]::varchar[] END,"
            " '', '{}', '#808080', now() - n * interval '1 minute'"
            " FROM generate_series(1, %s) n",
            [collection, owner, count],
        )


def _copy_vectors(vectors: NDArray[np.float32], *, encoder: int) -> None:
    from django.db import connection

    from gallery.vectors import vector_literal

    connection.ensure_connection()
    sql = "COPY gallery_embedding (image_id, encoder_id, vector, created_at) FROM STDIN"
    now = time.strftime("%Y-%m-%d %H:%M:%S+00", time.gmtime())
    with connection.connection.cursor().copy(sql) as copy:
        for number, vector in enumerate(vectors, start=1):
            copy.write_row((number, encoder, vector_literal(vector), now))


def _measure_pages(encoder: Any) -> None:
    """Time a search and its lower limit, alternately."""
    from gallery.embedding import registry
    from gallery.search import SearchQuery, run_search

    loaded = registry.load_encoder(encoder.key)

    def whole(words: str) -> None:
        registry._queries.clear()
        run_search(SearchQuery(words=words), viewer=None)

    def encode(words: str) -> None:
        loaded.encode_texts([words])

    vectors = {words: loaded.encode_texts([words])[0] for words in WORDS}
    parts: dict[str, Callable[[str], None]] = {
        "search": whole,
        "encode": encode,
        "bare SQL": lambda words: _bare_sql(vectors[words], encoder),
    }
    medians = _medians(parts)
    floor = medians["encode"] + medians["bare SQL"]
    print(
        f"page: {medians['search']:.1f} ms; encode {medians['encode']:.1f} + bare SQL "
        f"{medians['bare SQL']:.1f} ms; ratio {medians['search'] / floor:.2f} (goal: 1.2)"
    )


def _bare_sql(vector: NDArray[np.float32], encoder: Any) -> None:
    """Fetch the nearest 60 with their rows, using plain SQL and nothing else."""
    from django.db import connection, transaction

    from gallery.search.ranking import HEAD_RESULTS
    from gallery.vectors import vector_literal

    distance = f"vector::halfvec({encoder.dimension}) <#> '{vector_literal(vector)}'"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL hnsw.ef_search = {2 * HEAD_RESULTS}")
        cursor.execute(
            f"WITH nearest AS MATERIALIZED (SELECT image_id, {distance} AS distance"
            f" FROM gallery_embedding WHERE encoder_id = {encoder.pk} AND kind = 'picture'"
            f" ORDER BY {distance} LIMIT {2 * HEAD_RESULTS})"
            " SELECT image.*, collection.* FROM nearest"
            " JOIN gallery_image image ON image.id = image_id"
            " JOIN gallery_collection collection ON collection.id = image.collection_id"
            " WHERE deleted_at IS NULL AND visibility = 'public' ORDER BY distance LIMIT 60"
        )
        cursor.fetchall()


def _medians(parts: dict[str, Callable[[str], None]]) -> dict[str, float]:
    """Return the median milliseconds of each, run in turn so that noise affects all equally."""
    times: dict[str, list[float]] = {name: [] for name in parts}
    for number in range(ROUNDS + len(WORDS)):
        for name, part in parts.items():
            started = time.perf_counter()
            part(WORDS[number % len(WORDS)])
            if number >= len(WORDS):
                times[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(found) for name, found in times.items()}


def _measure_recall(encoder: Any) -> None:
    """Compare the index with the exact scan. The narrower the filter, the likelier exact is
    faster."""
    from gallery.search.query import Filters
    from gallery.search.ranking import HEAD_RESULTS
    from gallery.search.scope import Scope
    from gallery.vectors import nearest_images

    targets = _clustered(20, encoder.dimension)
    for name in RARITIES:
        filters = Filters(tags=() if name == "all" else (name,))
        scope = Scope.of(None, filters=filters)
        found: dict[bool, list[list[int]]] = {True: [], False: []}
        spent: dict[bool, list[float]] = {True: [], False: []}
        for target in targets:
            for exact in (True, False):
                started = time.perf_counter()
                nearest = nearest_images(
                    target, encoder=encoder, images=scope.images, limit=HEAD_RESULTS, exact=exact
                )
                spent[exact].append((time.perf_counter() - started) * 1000)
                found[exact].append([candidate.image_id for candidate in nearest])
        recall = ", ".join(
            f"{_recall(found[True], found[False], depth=depth):.3f} of the first {depth}"
            for depth in DEPTHS
        )
        print(
            f"{name}: {scope.counts.searchable:,} pictures; index {recall} in "
            f"{statistics.median(spent[False]):.1f} ms, exact in "
            f"{statistics.median(spent[True]):.1f} ms; "
            f"a search uses {'the exact scan' if scope.is_small else 'the index'}"
        )


def _recall(exact: list[list[int]], found: list[list[int]], *, depth: int) -> float:
    shares = [
        len(set(right[:depth]) & set(got[:depth])) / max(len(right[:depth]), 1)
        for right, got in zip(exact, found, strict=True)
    ]
    return statistics.mean(shares)


if __name__ == "__main__":
    main()
