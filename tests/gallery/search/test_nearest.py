"""The vector SQL: right answers, the right plan, and everything inside the statement."""

import numpy as np
import pytest
from django.db import connection

from gallery.embedding.indexing import ensure_index
from gallery.models import Embedding, Image, Visibility
from gallery.search import nearest
from gallery.search.filters import images_in, matching_images, visible_collections
from gallery.search.nearest import nearest_images, sample_scores, scores_of, vector_literal
from gallery.search.query import Filters
from tests.factories import TINY_DIMENSION, make_collection
from tests.gallery.search.conftest import colour_vector, make_background, make_coloured

RED = colour_vector(red=1)


@pytest.fixture
def many(public, encoder):
    """1,500 pictures with vectors, one in a hundred tagged, and the encoder's index."""
    rng = np.random.default_rng(1)
    vectors = rng.normal(0, 1, (1500, TINY_DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    images = Image.objects.bulk_create(
        Image(
            collection=public, owner=public.owner, sha256=f"{n:064}", original=f"{n}.jpg",
            media_type="image/jpeg", width=3, height=2, size_bytes=1, original_name=f"{n}.jpg",
            tags=["rare"] if n % 100 == 0 else [],
        )
        for n in range(len(vectors))
    )  # fmt: skip
    Embedding.objects.bulk_create(
        Embedding(image=image, encoder=encoder, vector=vector)
        for image, vector in zip(images, vectors, strict=True)
    )
    ensure_index(encoder)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE gallery_image, gallery_embedding")
    return images, vectors


def plan_of(monkeypatch, *, encoder, images, exact, limit=10):
    """What PostgreSQL would do, as text."""
    plans = []
    answer = nearest._answer

    def explained(template, vector, **values):
        plans.extend(row[0] for row in answer("EXPLAIN " + template, vector, **values))
        return []

    monkeypatch.setattr(nearest, "_answer", explained)
    nearest_images(RED, encoder=encoder, images=images, limit=limit, exact=exact)
    return "\n".join(plans)


def as_the_engine_asks():
    """Everything visible to nobody in particular, with the collections written out."""
    return images_in(visible_collections(None), filters=Filters())


def as_a_rule():
    """The same with the permission rule as a subquery, whose size the planner guesses wrong."""
    return matching_images(Filters(), viewer=None)


@pytest.mark.parametrize("images", [as_the_engine_asks, as_a_rule])
def test_the_index_is_walked_for_many(many, encoder, monkeypatch, images):
    plan = plan_of(monkeypatch, encoder=encoder, images=images(), exact=False)
    assert f"Index Scan using {encoder.index_name}" in plan


def test_the_index_is_left_alone_for_few(many, encoder, monkeypatch):
    images = matching_images(Filters(tags=("rare",)), viewer=None)
    plan = plan_of(monkeypatch, encoder=encoder, images=images, exact=True)
    assert encoder.index_name not in plan


def test_the_index_query_has_the_distance_as_its_only_sort_key(many, encoder, monkeypatch):
    plan = plan_of(
        monkeypatch, encoder=encoder, images=matching_images(Filters(), viewer=None), exact=False
    )
    inner = plan[plan.index("CTE nearest") :]
    scan = inner[: inner.index(f"Index Scan using {encoder.index_name}")]
    assert "Sort" not in scan
    assert inner.count("Order By: ") == 1


def test_exact_is_exact(many, encoder):
    images, vectors = many
    found = nearest_images(RED, encoder=encoder, images=Image.objects.all(), limit=20, exact=True)
    stored = vectors.astype(np.float16).astype(np.float32)
    best = np.argsort(-(stored @ RED))[:20]
    assert [candidate.image_id for candidate in found] == [images[n].pk for n in best]
    assert [c.score for c in found] == pytest.approx((stored @ RED)[best].tolist(), abs=2e-3)


def test_the_index_finds_nearly_all_of_them_and_in_order(many, encoder):
    images = matching_images(Filters(), viewer=None)
    right = {c.image_id for c in nearest_images(
        RED, encoder=encoder, images=images, limit=50, exact=True)}  # fmt: skip
    found = nearest_images(RED, encoder=encoder, images=images, limit=50, exact=False)
    assert len(right & {c.image_id for c in found}) >= 48
    scores = [c.score for c in found]
    assert scores == sorted(scores, reverse=True)


def test_a_narrow_filter_through_the_index_still_fills_the_page(many, encoder):
    images = matching_images(Filters(tags=("rare",)), viewer=None)
    found = nearest_images(RED, encoder=encoder, images=images, limit=15, exact=False)
    assert len(found) == 15


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "index"])
def test_permissions_and_filters_are_inside(many, encoder, owner, exact):
    hidden = make_collection(owner, "Hidden", visibility=Visibility.PRIVATE)
    secret = make_coloured(hidden, red=1)
    visible = matching_images(Filters(), viewer=None)
    found = nearest_images(RED, encoder=encoder, images=visible, limit=10, exact=exact)
    assert len(found) == 10
    assert secret.pk not in [c.image_id for c in found]
    mine = matching_images(Filters(), viewer=owner)
    assert nearest_images(
        RED, encoder=encoder, images=mine, limit=1, exact=exact
    )[0].image_id == secret.pk  # fmt: skip


def test_settings_of_the_index_scan_end_with_it(many, encoder):
    nearest_images(RED, encoder=encoder, images=Image.objects.all(), limit=10, exact=False)
    # In a test the transaction goes on; in the site it ends with the statement.
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('hnsw.iterative_scan')")
        assert cursor.fetchone()[0] == "relaxed_order"


def test_equal_distances_go_newest_first(public, encoder):
    twins = [make_coloured(public, red=1) for _ in range(5)]
    found = nearest_images(RED, encoder=encoder, images=Image.objects.all(), limit=3, exact=True)
    assert [c.image_id for c in found] == [twin.pk for twin in reversed(twins)][:3]


def test_scores_by_key_are_of_visible_pictures(public, private, encoder):
    red = make_coloured(public, red=1)
    secret = make_coloured(private, red=1)
    images = matching_images(Filters(), viewer=None)
    scores = scores_of([red.pk, secret.pk, 0], vector=RED, encoder=encoder, images=images)
    assert scores == {red.pk: pytest.approx(1, abs=1e-3)}


def test_scores_of_nothing_ask_nothing_harmful(public, encoder):
    assert scores_of([], vector=RED, encoder=encoder, images=Image.objects.all()) == {}


def test_the_sample_is_bounded_the_same_each_time_and_visible(public, private, encoder):
    make_background(public, 30)
    secret = make_coloured(private, red=1)
    images = matching_images(Filters(), viewer=None)
    first = sample_scores(RED, encoder=encoder, images=images, limit=12)
    assert len(first) == 12
    assert sample_scores(RED, encoder=encoder, images=images, limit=12) == first
    everything = sample_scores(RED, encoder=encoder, images=images, limit=100)
    assert len(everything) == 30
    assert secret.pk not in everything


def test_no_visible_collection_is_no_error(encoder):
    images = Image.objects.none()
    assert nearest_images(RED, encoder=encoder, images=images, limit=5, exact=True) == []
    assert nearest_images(RED, encoder=encoder, images=images, limit=5, exact=False) == []


def test_literals_are_numbers_only():
    assert vector_literal(np.array([0.5, -1e-9, 1 / 3], dtype=np.float32)) == (
        "[0.5,-1e-09,0.3333333]"
    )
