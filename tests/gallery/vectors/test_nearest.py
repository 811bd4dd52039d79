"""Nearest neighbours: right answers, the right plan, and everything inside the statement."""

from contextlib import contextmanager

import numpy as np
import pytest
from django.db import connection

from gallery.exceptions import InvalidVector
from gallery.models import Image, VectorKind, Visibility
from gallery.search.filters import images_in, matching_images, visible_collections
from gallery.search.query import Filters
from gallery.vectors import (
    NewVector,
    ensure_index,
    index_name,
    nearest,
    nearest_images,
    sample_scores,
    scores_at_least,
    scores_of,
    upsert_vectors,
)
from tests.factories import (
    TINY_DIMENSION,
    make_active_encoder,
    make_collection,
    make_image,
    make_person,
)
from tests.gallery.vectors.conftest import (
    analyze,
    as_stored,
    plans_of_distances,
    random_vectors,
)

AXES = np.eye(TINY_DIMENSION, dtype=np.float32)
TARGET = random_vectors(1, seed=77)[0]


def as_the_engine_asks(**filters):
    """All pictures, with the collections written out."""
    return images_in(visible_collections(None), filters=Filters(**filters))


def as_a_rule(**filters):
    """The same with the permission rule as a subquery, whose size the planner guesses wrong."""
    return matching_images(Filters(**filters), viewer=None)


def keys(neighbours):
    return [neighbour.image_id for neighbour in neighbours]


def between(first, second, *, share):
    """A unit vector whose inner product with the first axis is `share`."""
    return share * AXES[first] + np.sqrt(1 - share**2) * AXES[second]


def settings_during_the_query(*names, limit, encoder):
    """What the settings are while the index is walked."""
    seen = []

    def look(execute, sql, params, many, context):
        if "<#>" in sql:
            with context["connection"].connection.cursor() as cursor:
                cursor.execute("SELECT " + ",".join(f"current_setting('{n}')" for n in names))
                seen.append(cursor.fetchone())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        nearest_images(
            TARGET, encoder=encoder, images=Image.objects.all(), limit=limit, exact=False
        )
    assert len(seen) == 1
    return seen[0]


@pytest.mark.parametrize("filters", [{}, {"tags": ("rare",)}], ids=["all", "rare"])
@pytest.mark.parametrize("images", [as_the_engine_asks, as_a_rule])
def test_the_partial_index_is_walked(many, encoder, images, filters):
    with plans_of_distances() as plans:
        nearest_images(TARGET, encoder=encoder, images=images(**filters), limit=10, exact=False)
    (plan,) = plans
    scan = plan[plan.index(f"Index Scan using {index_name(encoder)}") :]
    assert "Order By: " in scan
    assert "encoder_id" not in scan, "the index answers for the encoder: nothing is left to filter"
    assert "Sort" not in plan


def test_each_kind_has_its_own_index(many, encoder):
    images, _ = many
    upsert_vectors(
        (NewVector(i.pk, v) for i, v in zip(images, random_vectors(len(images)), strict=True)),
        encoder=encoder,
        kind=VectorKind.CAPTION,
    )
    ensure_index(encoder, kind=VectorKind.CAPTION)
    analyze()
    for kind in (VectorKind.PICTURE, VectorKind.CAPTION):
        with plans_of_distances() as plans:
            nearest_images(
                TARGET, encoder=encoder, images=as_a_rule(), limit=10, exact=False, kind=kind
            )
        assert f"Index Scan using {index_name(encoder, kind=kind)} " in plans[0]


def test_an_index_of_the_first_release_is_walked_until_it_is_replaced(many, encoder):
    with connection.cursor() as cursor:
        cursor.execute(
            f"DROP INDEX {index_name(encoder)};"
            f"CREATE INDEX embedding_hnsw_encoder_{encoder.pk} ON gallery_embedding USING hnsw"
            f" ((vector::halfvec({TINY_DIMENSION})) halfvec_ip_ops) WHERE encoder_id = {encoder.pk}"
        )
    with plans_of_distances() as plans:
        nearest_images(TARGET, encoder=encoder, images=as_a_rule(), limit=10, exact=False)
    assert f"Index Scan using embedding_hnsw_encoder_{encoder.pk}" in plans[0]


def test_exact_stays_off_the_index_even_where_it_looks_cheap(many, encoder):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    with plans_of_distances() as plans:
        nearest_images(TARGET, encoder=encoder, images=Image.objects.all(), limit=10, exact=True)
    assert "hnsw" not in plans[0]


def test_exact_reads_the_contents_of_its_answer_only(many, encoder):
    with plans_of_distances() as plans:
        nearest_images(TARGET, encoder=encoder, images=as_a_rule(), limit=10, exact=True)
    lines = plans[0].splitlines()
    sort = next(number for number, line in enumerate(lines) if "->  Sort" in line)
    assert "Output: " in lines[sort + 1]
    assert "sha256" not in lines[sort + 1] and "SubPlan" not in lines[sort + 1]
    assert "SubPlan" in "".join(lines[:sort])


def test_exact_is_exact(many, encoder):
    images, vectors = many
    scores = as_stored(vectors) @ as_stored(TARGET)
    best = np.argsort(-scores)[:20]
    found = nearest_images(
        TARGET, encoder=encoder, images=Image.objects.all(), limit=20, exact=True
    )
    assert keys(found) == [images[n].pk for n in best]
    assert [each.sha256 for each in found] == [images[n].sha256 for n in best]
    assert [each.score for each in found] == pytest.approx(scores[best].tolist(), abs=2e-3)


def test_the_index_finds_nearly_all_of_them_and_in_order(many, encoder):
    images = as_a_rule()
    right = nearest_images(TARGET, encoder=encoder, images=images, limit=50, exact=True)
    found = nearest_images(TARGET, encoder=encoder, images=images, limit=50, exact=False)
    assert len(set(right) & set(found)) >= 48
    assert [each.score for each in found] == sorted((e.score for e in found), reverse=True)


def test_a_narrow_filter_through_the_index_still_fills_the_page(many, encoder):
    """Without the iterative scan the first hundred of the index hold one or two of them."""
    images = as_the_engine_asks(tags=("rare",))
    found = nearest_images(TARGET, encoder=encoder, images=images, limit=15, exact=False)
    assert len(found) == 15


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "index"])
def test_permissions_and_filters_are_inside(many, encoder, owner, exact):
    hidden = make_collection(owner, "Hidden", visibility=Visibility.PRIVATE)
    secret = make_image(hidden, vector=TARGET, encoder=encoder)
    found = nearest_images(TARGET, encoder=encoder, images=as_a_rule(), limit=10, exact=exact)
    assert len(found) == 10
    assert secret.pk not in keys(found)
    mine = matching_images(Filters(), viewer=owner)
    found = nearest_images(TARGET, encoder=encoder, images=mine, limit=1, exact=exact)
    assert keys(found) == [secret.pk]


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "index"])
def test_vectors_of_another_kind_are_not_found(many, encoder, public, exact):
    captioned = make_image(public)
    upsert_vectors([NewVector(captioned.pk, TARGET)], encoder=encoder, kind=VectorKind.CAPTION)
    images = Image.objects.all()
    found = nearest_images(TARGET, encoder=encoder, images=images, limit=5, exact=exact)
    assert captioned.pk not in keys(found)
    found = nearest_images(
        TARGET, encoder=encoder, images=images, limit=5, exact=exact, kind=VectorKind.CAPTION
    )
    assert keys(found) == [captioned.pk]


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "index"])
def test_a_picture_of_many_tiles_is_found_once_by_its_nearest(public, encoder, exact):
    crowded, plain = make_image(public), make_image(public)
    tiles = [NewVector(crowded.pk, between(0, n + 1, share=0.8), n) for n in range(40)]
    tiles += [NewVector(crowded.pk, between(0, 1, share=0.9), 40)]
    tiles += [NewVector(plain.pk, between(0, 2, share=0.5), 0)]
    upsert_vectors(tiles, encoder=encoder, kind=VectorKind.TILE)
    ensure_index(encoder, kind=VectorKind.TILE)
    found = nearest_images(
        AXES[0],
        encoder=encoder,
        images=Image.objects.all(),
        limit=2,
        exact=exact,
        kind=VectorKind.TILE,
    )
    assert keys(found) == [crowded.pk, plain.pk]
    assert [each.score for each in found] == pytest.approx([0.9, 0.5], abs=1e-3)


@contextmanager
def fetched():
    """Collects how many rows each statement that computes distances asks for."""
    asked = []

    def note(execute, sql, params, many, context):
        if "<#>" in sql:
            asked.append(int(sql.rpartition("LIMIT ")[2]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield asked


def test_the_index_is_asked_for_twice_as_many(many, encoder):
    with fetched() as asked:
        found = nearest_images(TARGET, encoder=encoder, images=as_a_rule(), limit=30, exact=False)
    assert asked == [60]
    assert len(found) == 30


@pytest.mark.parametrize(
    ("bound", "expected"), [(24, [4, 8, 16, 24]), (16, [4, 8, 16]), (20_000, [4, 8, 16, 32, 64])]
)
def test_a_picture_of_many_tiles_does_not_make_the_search_endless(
    public, encoder, monkeypatch, bound, expected
):
    monkeypatch.setattr(nearest, "MAX_FETCHED", bound)
    crowded, plain = make_image(public), make_image(public)
    tiles = [NewVector(crowded.pk, between(0, n + 1, share=0.9), n) for n in range(40)]
    tiles.append(NewVector(plain.pk, between(0, 1, share=0.5), 0))
    upsert_vectors(tiles, encoder=encoder, kind=VectorKind.TILE)
    ensure_index(encoder, kind=VectorKind.TILE)
    images = Image.objects.all()
    with fetched() as asked:
        found = nearest_images(
            AXES[0], encoder=encoder, images=images, limit=2, exact=False, kind=VectorKind.TILE
        )
    assert asked == expected
    assert keys(found) == ([crowded.pk, plain.pk] if bound > 40 else [crowded.pk])


@pytest.mark.parametrize(
    ("setting", "limit", "ef_search"),
    [(100, 10, "100"), (100, 80, "160"), (40, 10, "40"), (100, 900, "1000")],
)
def test_ef_search_covers_what_is_fetched(many, encoder, settings, setting, limit, ef_search):
    settings.HNSW_EF_SEARCH = setting
    assert settings_during_the_query("hnsw.ef_search", limit=limit, encoder=encoder) == (ef_search,)


def test_the_scan_continues_until_enough_match(many, encoder):
    assert settings_during_the_query(
        "hnsw.iterative_scan", "hnsw.max_scan_tuples", "enable_sort", limit=10, encoder=encoder
    ) == ("relaxed_order", "60000", "off")


@pytest.mark.django_db(transaction=True)
def test_settings_of_the_index_scan_end_with_it():
    encoder = make_active_encoder()
    make_image(make_collection(make_person()), vector=TARGET, encoder=encoder)
    names = ("hnsw.ef_search", "hnsw.iterative_scan", "hnsw.max_scan_tuples", "enable_sort")

    def current():
        with connection.cursor() as cursor:
            cursor.execute("SELECT " + ",".join(f"current_setting('{n}')" for n in names))
            return cursor.fetchone()

    # Loads pgvector, which defines its settings.
    scores_of([1], vector=TARGET, encoder=encoder, images=Image.objects.all())
    before = current()
    assert settings_during_the_query(*names, limit=100, encoder=encoder) != before
    assert current() == before


def test_results_out_of_order_are_sorted_again(many, encoder, monkeypatch):
    """A relaxed scan returns its later finds late: they belong where their distance puts them."""
    walked = [(1, "a", -0.5), (2, "b", -0.9), (3, "c", -0.7), (4, "d", -0.9)]
    found = nearest._best_of_each(walked)
    assert keys(found) == [4, 2, 3, 1]


class Scan:
    """Rows as an index scan returns them; `read` is how many were asked for."""

    def __init__(self, *distances):
        self.distances, self.read = distances, 0

    def iterator(self, chunk_size):
        for key, distance in enumerate(self.distances):
            self.read += 1
            yield key, f"content {key}", distance


@pytest.mark.parametrize(
    ("distances", "returned", "read"),
    [
        ((-0.9, -0.8, -0.7, -0.6, -0.5), 2, 3),  # in order: the third is farther, that is enough
        ((-0.9, -0.8, -0.8, -0.8, -0.5), 4, 5),  # equally near: the newest of them is still unknown
        ((-0.8, -0.9, -0.7, -0.6, -0.5), 5, 5),  # a second pass began: nearer ones may follow
        ((-0.9, -0.8), 2, 2),
        ((), 0, 0),
    ],
)
def test_a_scan_is_read_until_the_nearest_are_known(distances, returned, read):
    scan = Scan(*distances)
    assert len(nearest._read_until_known(scan, limit=2, is_repeated=False)) == returned
    assert scan.read == read


def test_a_scan_of_tiles_is_read_to_its_end():
    scan = Scan(-0.9, -0.8, -0.7, -0.6)
    assert len(nearest._read_until_known(scan, limit=2, is_repeated=True)) == 4


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "index"])
def test_equal_distances_go_newest_first(public, encoder, exact):
    duplicates = [make_image(public, vector=TARGET, encoder=encoder) for _ in range(5)]
    found = nearest_images(
        TARGET, encoder=encoder, images=Image.objects.all(), limit=3, exact=exact
    )
    assert keys(found) == [duplicate.pk for duplicate in reversed(duplicates)][:3]


def test_a_vector_of_another_dimension_is_refused(encoder):
    wrong = random_vectors(1, dimension=3)[0]
    images = Image.objects.all()
    for exact in (True, False):
        with pytest.raises(InvalidVector):
            nearest_images(wrong, encoder=encoder, images=images, limit=5, exact=exact)
    with pytest.raises(InvalidVector):
        scores_of([1], vector=wrong, encoder=encoder, images=images)
    with pytest.raises(InvalidVector):
        sample_scores(wrong, encoder=encoder, images=images, limit=5)


def test_scores_by_key_are_of_visible_pictures(public, owner, encoder):
    seen = make_image(public, vector=TARGET, encoder=encoder)
    secret = make_image(make_collection(owner), vector=TARGET, encoder=encoder)
    scores = scores_of([seen.pk, secret.pk, 0], vector=TARGET, encoder=encoder, images=as_a_rule())
    assert scores == {seen.pk: pytest.approx(1, abs=1e-3)}


def test_the_score_of_tiles_is_that_of_the_nearest(public, encoder):
    image = make_image(public)
    upsert_vectors(
        [NewVector(image.pk, between(0, n + 1, share=(n + 1) / 4), n) for n in (0, 2, 1)],
        encoder=encoder,
        kind=VectorKind.TILE,
    )
    scores = scores_of(
        [image.pk],
        vector=AXES[0],
        encoder=encoder,
        images=Image.objects.all(),
        kind=VectorKind.TILE,
    )
    assert scores == {image.pk: pytest.approx(0.75, abs=1e-3)}


def test_scores_of_nothing_ask_nothing(public, encoder, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert scores_of([], vector=TARGET, encoder=encoder, images=Image.objects.all()) == {}


def test_a_score_is_a_condition_too(public, encoder):
    near = make_image(public, vector=between(0, 1, share=0.9), encoder=encoder)
    far = make_image(public, vector=between(0, 1, share=0.5), encoder=encoder)
    captioned = make_image(public)
    upsert_vectors([NewVector(captioned.pk, AXES[0])], encoder=encoder, kind=VectorKind.CAPTION)

    def found(score, **kind):
        condition = scores_at_least(score, vector=AXES[0], encoder=encoder, **kind)
        return {image.pk for image in Image.objects.filter(condition)}

    assert found(0.95) == set()
    assert found(0.7) == {near.pk}
    assert found(0.4) == {near.pk, far.pk}
    assert found(0.4, kind=VectorKind.CAPTION) == {captioned.pk}
    assert Image.objects.exclude(scores_at_least(0.7, vector=AXES[0], encoder=encoder)).count() == 2


def test_the_sample_is_bounded_the_same_each_time_and_visible(many, encoder, owner):
    images, vectors = many
    secret = make_image(make_collection(owner), vector=TARGET, encoder=encoder)
    first = sample_scores(TARGET, encoder=encoder, images=as_a_rule(), limit=40)
    assert len(first) == 40
    assert sample_scores(TARGET, encoder=encoder, images=as_a_rule(), limit=40) == first
    assert set(sample_scores(AXES[0], encoder=encoder, images=as_a_rule(), limit=40)) == set(first)
    scores = dict(zip((i.pk for i in images), as_stored(vectors) @ as_stored(TARGET), strict=True))
    assert first == {pk: pytest.approx(scores[pk], abs=2e-3) for pk in first}
    everything = sample_scores(TARGET, encoder=encoder, images=as_a_rule(), limit=5000)
    assert len(everything) == len(images)
    assert secret.pk not in everything


def test_the_sample_compares_only_what_it_has_chosen(many, encoder):
    with plans_of_distances() as plans:
        sample_scores(TARGET, encoder=encoder, images=as_a_rule(), limit=40)
    below = plans[0][plans[0].index("Limit") :]
    chosen = below[: below.index("gallery_embedding_pkey")]
    assert "<#>" not in chosen


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "index"])
def test_no_visible_collection_is_no_error(encoder, exact):
    images = Image.objects.none()
    assert nearest_images(TARGET, encoder=encoder, images=images, limit=5, exact=exact) == []
    assert scores_of([1], vector=TARGET, encoder=encoder, images=images) == {}
    assert sample_scores(TARGET, encoder=encoder, images=images, limit=5) == {}
