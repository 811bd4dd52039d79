"""Each encoder and kind has an index; it is made once, repaired, replaced and dropped."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from gallery.exceptions import EncoderStateError
from gallery.models import Embedding, Encoder, VectorKind
from gallery.vectors import (
    drop_indexes,
    ensure_index,
    has_index,
    index_name,
    indexing,
    replace_old_indexes,
)
from gallery.vectors.indexing import old_index_name
from tests.factories import (
    TINY_DIMENSION,
    make_active_encoder,
    make_collection,
    make_image,
    make_person,
)
from tests.races import RACE_TIMEOUT_S, threads, wait_until_blocked


def indexes():
    """Definitions of the vector indexes that searches can use, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index"
            " JOIN pg_class ON pg_class.oid = indexrelid"
            " WHERE relname LIKE 'embedding_hnsw%%' AND indisvalid"
        )
        return dict(cursor.fetchall())


@pytest.fixture(autouse=True)
def no_indexes_of_other_tests(db):
    """Drop what tests that commit have left: emptying the tables keeps their indexes."""
    with connection.cursor() as cursor:
        for name in indexes():
            cursor.execute(f'DROP INDEX "{name}"')


def make_old_index(encoder):
    """The index as the first release made it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE INDEX embedding_hnsw_encoder_{encoder.pk} ON gallery_embedding USING hnsw"
            f" ((vector::halfvec({encoder.dimension})) halfvec_ip_ops)"
            f" WHERE encoder_id = {encoder.pk}"
        )


@pytest.fixture
def committed(transactional_db):
    """An active encoder outside any transaction, whose indexes are the only ones."""
    # Flushing the tables after a test leaves the indexes that it made.
    with connection.cursor() as cursor:
        for name in indexes():
            cursor.execute(f'DROP INDEX "{name}"')
    encoder = make_active_encoder()
    yield encoder
    drop_indexes(encoder)


def test_it_is_made_once_and_dropped(encoder):
    assert not has_index(encoder)
    assert ensure_index(encoder)
    assert not ensure_index(encoder)
    assert has_index(encoder)
    drop_indexes(encoder)
    drop_indexes(encoder)
    assert not has_index(encoder)
    assert not indexes()


def test_there_is_one_for_each_encoder_and_kind(encoder):
    other = Encoder.objects.create(key="other", dimension=3)
    ensure_index(encoder)
    ensure_index(encoder, kind=VectorKind.TILE)
    ensure_index(other)
    assert not has_index(encoder, kind=VectorKind.CAPTION)
    found = indexes()
    assert set(found) == {
        index_name(encoder), index_name(encoder, kind=VectorKind.TILE), index_name(other),
    }  # fmt: skip
    tiles = found[index_name(encoder, kind=VectorKind.TILE)]
    assert f"encoder_id = {encoder.pk}" in tiles
    assert "'tile'" in tiles
    assert f"halfvec({TINY_DIMENSION})" in tiles
    drop_indexes(encoder)
    assert set(indexes()) == {index_name(other)}


def test_outside_a_transaction_it_is_made_concurrently(committed):
    statements = []

    def note(execute, sql, params, many, context):
        statements.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert ensure_index(committed)
    assert has_index(committed)
    assert any("CREATE INDEX" in each and "CONCURRENTLY" in each for each in statements)


def test_uploads_continue_while_it_is_built(committed):
    """A plain CREATE INDEX would wait for this writer, and every later writer for it."""
    collection = make_collection(make_person())
    vector = [1.0] + [0.0] * (TINY_DIMENSION - 1)
    with threads() as run:
        with transaction.atomic():
            make_image(collection, vector=vector, encoder=committed)
            index = run(lambda: ensure_index(committed))
            wait_until_blocked()
            upload = run(lambda: make_image(collection, vector=vector, encoder=committed))
            upload.result(timeout=RACE_TIMEOUT_S)
        assert index.result(timeout=RACE_TIMEOUT_S)
    assert Embedding.objects.count() == 2


def test_processes_take_turns(committed):
    with threads() as run:
        made = [run(lambda: ensure_index(committed)) for _ in range(4)]
    assert sorted(each.result() for each in made) == [False, False, False, True]


def test_an_invalid_leftover_is_made_again(committed):
    """A build that breaks off leaves an index that searches cannot use."""
    make_image(make_collection(make_person()), vector=[1.0, 0.0, 0.0], encoder=committed)
    with pytest.raises(DatabaseError):
        ensure_index(committed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [index_name(committed)])
        assert cursor.fetchone()[0]
    assert not has_index(committed)
    Embedding.objects.all().delete()
    assert ensure_index(committed)
    assert has_index(committed)


def test_too_many_dimensions_are_refused_in_words(db):
    encoder = Encoder.objects.create(key="openclip:huge/model", dimension=5000)
    with pytest.raises(EncoderStateError, match="4000"):
        ensure_index(encoder)


def test_an_index_of_the_first_release_serves_pictures_only(encoder):
    make_old_index(encoder)
    assert has_index(encoder)
    assert not has_index(encoder, kind=VectorKind.CAPTION)


def test_making_one_drops_that_of_the_first_release(encoder):
    make_old_index(encoder)
    ensure_index(encoder, kind=VectorKind.CAPTION)
    assert old_index_name(encoder) in indexes()
    assert ensure_index(encoder)
    assert set(indexes()) == {index_name(encoder), index_name(encoder, kind=VectorKind.CAPTION)}


def test_dropping_drops_that_of_the_first_release(encoder):
    make_old_index(encoder)
    drop_indexes(encoder)
    assert not indexes()


def test_old_indexes_are_replaced_and_never_missed(committed, monkeypatch):
    """Searches have an index at every moment of it."""
    make_old_index(committed)
    seen = []
    drop = indexing._drop

    def look_and_drop(cursor, name):
        seen.append(set(indexes()))
        drop(cursor, name)
        seen.append(set(indexes()))

    monkeypatch.setattr(indexing, "_drop", look_and_drop)
    assert replace_old_indexes() == 1
    assert seen and all(seen)
    assert set(indexes()) == {index_name(committed)}
    assert replace_old_indexes() == 0


def test_nothing_is_replaced_on_a_new_site(encoder, django_assert_num_queries):
    ensure_index(encoder)
    with django_assert_num_queries(1):
        assert replace_old_indexes() == 0
    assert set(indexes()) == {index_name(encoder)}


def test_replacing_leaves_it_to_a_process_that_does_it_already(committed):
    """Half an hour on a large site: the next sweep must not wait for the first."""
    make_old_index(committed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [indexing.ADVISORY_LOCK])
        try:
            with threads() as run:
                assert run(replace_old_indexes).result(timeout=RACE_TIMEOUT_S) == 0
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [indexing.ADVISORY_LOCK])
    assert set(indexes()) == {old_index_name(committed)}
    assert replace_old_indexes() == 1
