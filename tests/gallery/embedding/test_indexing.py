"""Each encoder has its own index; it is made once, mended, used, and dropped."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest
from django.db import DatabaseError, connection, connections

from gallery.embedding.indexing import drop_index, ensure_index, index_is_valid
from gallery.embedding.protocol import unit_rows
from gallery.exceptions import EncoderStateError
from gallery.models import Encoder
from tests.factories import make_active_encoder, make_collection, make_image, make_person

DIMENSION = 64


def test_it_is_made_once_and_dropped(encoder):
    assert not index_is_valid(encoder)
    assert ensure_index(encoder)
    assert not ensure_index(encoder)
    assert index_is_valid(encoder)
    drop_index(encoder)
    drop_index(encoder)
    assert not index_is_valid(encoder)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_made_concurrently():
    encoder = make_active_encoder()
    assert ensure_index(encoder)
    assert index_is_valid(encoder)
    drop_index(encoder)
    assert not index_is_valid(encoder)


@pytest.mark.django_db(transaction=True)
def test_two_processes_take_turns():
    encoder = make_active_encoder()
    made = []

    def make():
        made.append(ensure_index(encoder))
        connections.close_all()

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(made) == [False, False, False, True]
    drop_index(encoder)


@pytest.mark.django_db(transaction=True)
def test_an_invalid_leftover_is_made_again():
    """A build that breaks off leaves an index that searches cannot use."""
    encoder = make_active_encoder()
    image = make_image(make_collection(make_person()), vector=[1.0, 0.0, 0.0], encoder=encoder)
    with pytest.raises(DatabaseError):
        ensure_index(encoder)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [encoder.index_name])
        assert cursor.fetchone()[0]
    assert not index_is_valid(encoder)
    image.embeddings.all().delete()
    assert ensure_index(encoder)
    assert index_is_valid(encoder)
    drop_index(encoder)


def test_too_many_dimensions_are_refused_in_words(db):
    encoder = Encoder.objects.create(key="openclip:huge/model", dimension=5000)
    with pytest.raises(EncoderStateError, match="4000"):
        ensure_index(encoder)


def test_the_planner_uses_it_for_this_encoder_only(db):
    encoder = make_active_encoder()
    other = Encoder.objects.create(key="other", dimension=DIMENSION)
    collection = make_collection(make_person())
    vectors = unit_rows(np.random.default_rng(0).normal(size=(50, DIMENSION)))
    for vector in vectors:
        make_image(collection, vector=vector, encoder=encoder)
    ensure_index(encoder)
    assert encoder.index_name in _plan(encoder, vectors[0])
    assert encoder.index_name not in _plan(other, vectors[0])


def _plan(encoder, vector):
    query = (
        f"EXPLAIN (FORMAT JSON) SELECT image_id FROM gallery_embedding "
        f"WHERE encoder_id = {encoder.pk} "
        f"ORDER BY vector::halfvec({DIMENSION}) <#> %s::halfvec({DIMENSION}) LIMIT 10"
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(query, [json.dumps(vector.tolist())])
        return json.dumps(cursor.fetchone()[0])
