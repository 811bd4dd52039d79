"""The first release's vectors are found at every moment of the upgrade."""

import numpy as np
import pytest
from django.db import connection

from gallery.embedding.lifecycle import ensure_active_encoder
from gallery.models import Embedding, Encoder, Image, VectorKind
from gallery.tasks import replace_old_indexes
from gallery.vectors import (
    NewVector,
    index_name,
    nearest_images,
    stored_vectors,
    upsert_vectors,
)
from gallery.vectors.indexing import old_index_name


@pytest.fixture
def encoder(upgraded):
    return Encoder.objects.active()


def indexes():
    """Return the names of the vector indexes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%USING hnsw%'")
        return {row[0] for row in cursor.fetchall()}


def test_vectors_are_of_whole_pictures(encoder):
    assert set(Embedding.objects.values_list("kind", "ordinal")) == {("picture", 0)}
    assert Image.objects.searchable_with(encoder.pk).count() == Embedding.objects.count()


def test_the_planner_has_statistics_of_the_kinds(encoder):
    """Nothing else collects statistics for a column that an upgrade adds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, most_common_freqs FROM pg_stats"
            " WHERE tablename = 'gallery_embedding' AND attname IN ('kind', 'ordinal')"
        )
        assert dict(cursor.fetchall()) == {"kind": [1.0], "ordinal": [1.0]}


def test_each_vector_is_nearest_to_itself(encoder):
    for exact in (True, False):
        for row in stored_vectors(Image.objects.all(), encoder=encoder):
            found = nearest_images(
                row.vector, encoder=encoder, images=Image.objects.all(), limit=5, exact=exact
            )
            assert row.image_id in [each.image_id for each in found]
            assert found[0].score == pytest.approx(1, abs=2e-3)


def test_storing_replaces_vectors_and_adds_kinds(encoder):
    first = stored_vectors(Image.objects.all(), encoder=encoder)[0]
    moved = NewVector(first.image_id, np.roll(first.vector, 1))
    count = Embedding.objects.count()
    upsert_vectors([moved], encoder=encoder)
    assert Embedding.objects.count() == count
    upsert_vectors([moved], encoder=encoder, kind=VectorKind.CAPTION)
    assert Embedding.objects.count() == count + 1


def test_the_site_starts_on_the_old_index_and_a_worker_replaces_it(encoder):
    assert indexes() == {old_index_name(encoder)}
    assert ensure_active_encoder() == encoder
    assert indexes() == {old_index_name(encoder)}, "a start does not wait for a new index"
    replace_old_indexes()
    assert indexes() == {index_name(encoder)}
    replace_old_indexes()
    assert indexes() == {index_name(encoder)}
