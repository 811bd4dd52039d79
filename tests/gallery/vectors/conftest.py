"""A library of vectors large enough for the planner to choose between its ways."""

from contextlib import contextmanager

import numpy as np
import pytest
from django.db import connection

from gallery.models import Image, Visibility
from gallery.vectors import NewVector, ensure_index, upsert_vectors
from tests.factories import TINY_DIMENSION, make_collection

COUNT = 1500


def random_vectors(count, *, seed=1, dimension=TINY_DIMENSION):
    """float32 [count, dimension] of unit length, in all directions."""
    vectors = np.random.default_rng(seed).normal(0, 1, (count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def as_stored(vectors):
    """What half precision keeps of them."""
    return vectors.astype(np.float16).astype(np.float32)


def analyze():
    """Lets the planner know what the tables hold."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE gallery_image, gallery_embedding")


@contextmanager
def plans_of_distances():
    """Collects the plan of every statement that computes distances, as text."""
    plans = []

    def explain(execute, sql, params, many, context):
        if "<#>" in sql:
            with context["connection"].connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (VERBOSE) {sql}", params)
                plans.append("\n".join(row[0] for row in cursor.fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield plans


@pytest.fixture
def public(owner, encoder):
    """A collection that anyone may see."""
    return make_collection(owner, "Public", visibility=Visibility.PUBLIC)


@pytest.fixture
def many(public, encoder):
    """Pictures with vectors, one in a hundred tagged “rare”, and the encoder's index."""
    vectors = random_vectors(COUNT)
    images = Image.objects.bulk_create(
        Image(
            collection=public, owner=public.owner, sha256=f"{n:064}", original=f"{n}.jpg",
            media_type="image/jpeg", width=3, height=2, size_bytes=1, original_name=f"{n}.jpg",
            tags=["rare"] if n % 100 == 0 else [],
        )
        for n in range(COUNT)
    )  # fmt: skip
    upsert_vectors(
        (NewVector(image.pk, vector) for image, vector in zip(images, vectors, strict=True)),
        encoder=encoder,
    )
    ensure_index(encoder)
    analyze()
    return images, vectors
