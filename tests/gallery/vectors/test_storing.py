"""Vectors are stored once for each picture, encoder, kind and ordinal; wrong ones never."""

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from gallery.exceptions import InvalidVector
from gallery.models import Embedding, Encoder, Image, VectorKind
from gallery.vectors import (
    NewVector,
    delete_vectors,
    iterate_vectors,
    stored_vectors,
    upsert_vectors,
)
from tests.factories import (
    TINY_DIMENSION,
    make_active_encoder,
    make_collection,
    make_image,
    make_person,
)
from tests.gallery.vectors.conftest import as_stored, random_vectors
from tests.races import RACE_TIMEOUT_S, threads, wait_until_blocked


@pytest.fixture
def images(public):
    return [make_image(public) for _ in range(3)]


@pytest.fixture
def other(db):
    return Encoder.objects.create(key="other", dimension=TINY_DIMENSION)


def store(images, *, encoder, seed=1, kind=VectorKind.PICTURE, ordinal=0):
    """Stores a random vector for each picture, and gives them as they are stored."""
    vectors = random_vectors(len(images), seed=seed)
    news = [NewVector(i.pk, v, ordinal) for i, v in zip(images, vectors, strict=True)]
    assert upsert_vectors(news, encoder=encoder, kind=kind) == len(images)
    return as_stored(vectors)


def read(encoder, *, kind=VectorKind.PICTURE):
    """All vectors of an encoder as one array."""
    rows = stored_vectors(Image.objects.all(), encoder=encoder, kind=kind)
    return np.array([row.vector for row in rows])


def test_what_is_stored_is_read(images, encoder):
    vectors = store(images, encoder=encoder)
    rows = stored_vectors(Image.objects.all(), encoder=encoder)
    assert [(row.image_id, row.sha256, row.ordinal) for row in rows] == [
        (image.pk, image.sha256, 0) for image in images
    ]
    assert rows[0].vector.dtype == np.float32
    np.testing.assert_array_equal(np.array([row.vector for row in rows]), vectors)


def test_iterating_reads_the_same(images, encoder):
    store(images, encoder=encoder)
    iterated = list(iterate_vectors(Image.objects.all(), encoder=encoder))
    assert [row.image_id for row in iterated] == [image.pk for image in images]
    np.testing.assert_array_equal([row.vector for row in iterated], read(encoder))


def test_only_the_pictures_asked_for_are_read(images, encoder):
    store(images, encoder=encoder)
    rows = stored_vectors(Image.objects.filter(pk=images[1].pk), encoder=encoder)
    assert [row.image_id for row in rows] == [images[1].pk]


def test_storing_again_replaces(images, encoder):
    store(images, encoder=encoder)
    before = Embedding.objects.first().created_at
    again = store(images, encoder=encoder, seed=2)
    np.testing.assert_array_equal(read(encoder), again)
    assert Embedding.objects.count() == 3
    assert Embedding.objects.first().created_at > before


def test_encoders_and_kinds_are_kept_apart(images, encoder, other):
    pictures = store(images, encoder=encoder)
    captions = store(images, encoder=encoder, seed=2, kind=VectorKind.CAPTION)
    others = store(images, encoder=other, seed=3)
    np.testing.assert_array_equal(read(encoder), pictures)
    np.testing.assert_array_equal(read(encoder, kind=VectorKind.CAPTION), captions)
    np.testing.assert_array_equal(read(other), others)


def test_a_picture_has_many_tiles(images, encoder):
    for ordinal in (1, 0):
        store(images, encoder=encoder, kind=VectorKind.TILE, ordinal=ordinal)
    rows = stored_vectors(Image.objects.all(), encoder=encoder, kind=VectorKind.TILE)
    assert [(row.image_id, row.ordinal) for row in rows] == [
        (image.pk, ordinal) for image in images for ordinal in (0, 1)
    ]


@pytest.mark.parametrize("kind", [VectorKind.PICTURE, VectorKind.CAPTION])
def test_only_tiles_are_numbered(images, encoder, kind):
    with pytest.raises(IntegrityError), transaction.atomic():
        store(images, encoder=encoder, kind=kind, ordinal=1)


@pytest.mark.parametrize("wrong", ["long", "short", "zero", "nan", "dimension"])
def test_a_wrong_vector_is_refused_and_nothing_is_written(images, encoder, wrong):
    vectors = random_vectors(3)
    bad = {
        "long": vectors[1] * 1.5,
        "short": vectors[1] * 0.5,
        "zero": vectors[1] * 0,
        "nan": vectors[1] * np.nan,
        "dimension": random_vectors(1, dimension=3)[0],
    }[wrong]
    news = [NewVector(images[0].pk, vectors[0]), NewVector(images[1].pk, bad)]
    with pytest.raises(InvalidVector):
        upsert_vectors(news, encoder=encoder)
    assert not Embedding.objects.exists()


def test_nothing_to_store_is_no_error(encoder):
    assert upsert_vectors([], encoder=encoder) == 0


def test_deleting_an_encoders_vectors_leaves_those_of_others(images, encoder, other):
    store(images, encoder=encoder)
    store(images, encoder=encoder, kind=VectorKind.CAPTION)
    kept = store(images, encoder=other)
    assert delete_vectors(encoder) == 6
    assert not Embedding.objects.filter(encoder=encoder).exists()
    np.testing.assert_array_equal(read(other), kept)


def test_deleting_some_pictures_of_one_kind(images, encoder, other):
    store(images, encoder=encoder)
    store(images, encoder=encoder, kind=VectorKind.CAPTION)
    store(images, encoder=other)
    first = Image.objects.filter(pk=images[0].pk)
    assert delete_vectors(encoder, images=first, kind=VectorKind.CAPTION) == 1
    assert len(read(encoder, kind=VectorKind.CAPTION)) == 2
    assert len(read(encoder)) == 3
    assert len(read(other)) == 3


@pytest.mark.django_db(transaction=True)
def test_two_writers_of_the_same_pictures_in_opposite_order_take_turns():
    """In the order given, each would hold the row that the other waits for: a deadlock."""
    encoder = make_active_encoder()
    collection = make_collection(make_person())
    images = [make_image(collection) for _ in range(2)]
    store(images, encoder=encoder)
    last = random_vectors(2, seed=9)
    backwards = [NewVector(images[1].pk, last[1]), NewVector(images[0].pk, last[0])]
    with threads() as run:
        with transaction.atomic():
            # Holds the first row alone, as a writer does that has written no more yet.
            store(images[:1], encoder=encoder, seed=5)
            other = run(lambda: upsert_vectors(backwards, encoder=encoder))
            wait_until_blocked()
            store(images[1:], encoder=encoder, seed=6)
        assert other.result(timeout=RACE_TIMEOUT_S) == 2
    np.testing.assert_array_equal(read(encoder), as_stored(last))
