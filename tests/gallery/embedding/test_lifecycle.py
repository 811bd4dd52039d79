"""An encoder is chosen once, built beside the active one, switched to, and removed."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from django.db import connections

from gallery.embedding import lifecycle
from gallery.embedding.indexing import index_is_valid
from gallery.embedding.lifecycle import (
    activate_encoder,
    add_encoder,
    enqueue_missing,
    ensure_active_encoder,
    measure_coverage,
    remove_encoder,
)
from gallery.embedding.queue import embed_pending
from gallery.embedding.registry import EncoderChoice
from gallery.exceptions import EncoderStateError, EncoderUnavailable
from gallery.models import Embedding, EmbeddingJob, Encoder, EncoderState
from tests.factories import make_collection, make_image, make_person
from tests.tiny_encoder import TinyEncoder


@pytest.fixture(autouse=True)
def two_tiny_encoders(settings, fresh_registry):
    """`tiny` and `second` differ by name only."""
    settings.ENCODER_ADAPTERS = {
        **settings.ENCODER_ADAPTERS,
        "second": "tests.tiny_encoder:load",
        "failing": f"{__name__}:fail",
    }


def fail(_key):
    """A loader that has no weights."""
    raise EncoderUnavailable("There are no weights here.")


def test_the_first_start_chooses_records_and_queues(store):
    image = store("red")
    encoder = ensure_active_encoder()
    assert (encoder.key, encoder.state, encoder.dimension) == ("tiny", EncoderState.ACTIVE, 64)
    assert encoder.reason
    assert index_is_valid(encoder)
    assert list(EmbeddingJob.objects.values_list("image", flat=True)) == [image.pk]


def test_later_starts_keep_the_choice_and_load_nothing(encoder, settings, monkeypatch):
    settings.ENCODER = "second"
    monkeypatch.setattr(lifecycle, "load_encoder", fail)
    assert ensure_active_encoder() == encoder


@pytest.mark.django_db(transaction=True)
def test_many_first_starts_at_once_agree():
    chosen = []

    def start():
        try:
            chosen.append(ensure_active_encoder().pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=start) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(chosen) == 5
    assert len(set(chosen)) == 1
    assert Encoder.objects.count() == 1
    lifecycle.drop_index(Encoder.objects.get())


def test_an_encoder_that_was_named_and_fails_is_not_replaced_silently(db, settings):
    settings.ENCODER = "failing"
    with pytest.raises(EncoderUnavailable):
        ensure_active_encoder()
    assert not Encoder.objects.exists()


def test_an_automatic_choice_that_fails_falls_back_and_says_so(db, settings, monkeypatch):
    settings.ENCODER_ADAPTERS = {**settings.ENCODER_ADAPTERS, "starter": "tests.tiny_encoder:load"}
    monkeypatch.setattr(
        lifecycle, "choose_initial_encoder", lambda: EncoderChoice("failing", "because")
    )
    encoder = ensure_active_encoder()
    assert encoder.key == "starter"
    assert "There are no weights here." in encoder.reason


def test_adding_builds_beside_the_active_one(queued):
    queued("red", "blue")
    embed_pending()
    second = add_encoder("second")
    assert second.state == EncoderState.BUILDING
    assert measure_coverage(second).missing == 2
    assert Encoder.objects.active().key == "tiny"
    embed_pending()
    second.refresh_from_db()
    assert second.state == EncoderState.READY
    assert index_is_valid(second)
    assert measure_coverage(second).fraction == 1


def test_adding_to_an_empty_library_is_ready_at_once(encoder):
    assert add_encoder("second").state == EncoderState.READY


def test_adding_twice_queues_nothing_twice(queued):
    queued("red")
    add_encoder("second")
    add_encoder("second")
    assert EmbeddingJob.objects.filter(encoder__key="second").count() == 1


def test_missing_pictures_are_queued_once_and_trash_is_not(encoder, collection):
    make_image(collection)
    make_image(collection, vector=np.eye(64)[0], encoder=encoder)
    make_image(collection, deleted_at="2026-01-01T00:00Z")
    assert enqueue_missing(encoder) == 1
    assert enqueue_missing(encoder) == 0


def test_activation_waits_for_every_picture(queued):
    queued("red", "blue")
    embed_pending()
    add_encoder("second")
    with pytest.raises(EncoderStateError, match="0 of 2"):
        activate_encoder("second")
    assert Encoder.objects.active().key == "tiny"
    embed_pending()
    activate_encoder("second")
    assert Encoder.objects.active().key == "second"
    assert Encoder.objects.get(key="tiny").state == EncoderState.READY
    assert Embedding.objects.filter(encoder__key="tiny").count() == 2


def test_activation_can_be_forced_and_names_the_failed(queued):
    queued("red")
    second = add_encoder("second")
    EmbeddingJob.objects.filter(encoder=second).update(quarantined_at="2026-01-01T00:00Z")
    with pytest.raises(EncoderStateError, match="1 failed"):
        activate_encoder("second")
    assert activate_encoder("second", force=True).state == EncoderState.ACTIVE
    assert Encoder.objects.filter(state=EncoderState.ACTIVE).count() == 1


def test_activating_the_active_one_changes_nothing(encoder):
    assert activate_encoder("tiny") == encoder


def test_the_active_encoder_is_never_removed(encoder):
    with pytest.raises(EncoderStateError, match="activate another"):
        remove_encoder("tiny")


def test_removing_leaves_nothing_and_keeps_the_others(queued):
    queued("red", "blue")
    second = add_encoder("second")
    embed_pending()
    remove_encoder("second")
    assert not Encoder.objects.filter(key="second").exists()
    assert not index_is_valid(second)
    assert Embedding.objects.count() == 2


@pytest.mark.parametrize("action", [activate_encoder, remove_encoder])
def test_an_encoder_that_was_never_added_is_named(db, action):
    with pytest.raises(EncoderStateError, match="has not been added"):
        action("second")


def test_coverage_counts_live_pictures(encoder):
    collection = make_collection(make_person())
    vector = TinyEncoder().encode_texts(["red"])[0]
    make_image(collection, vector=vector)
    make_image(collection, vector=vector, deleted_at="2026-01-01T00:00Z")
    waiting = make_image(collection)
    EmbeddingJob.objects.enqueue(waiting)
    coverage = measure_coverage(encoder)
    assert (coverage.live, coverage.embedded, coverage.missing, coverage.waiting) == (2, 1, 1, 1)
    assert coverage.fraction == 0.5


def test_coverage_takes_a_fixed_number_of_queries(encoder, django_assert_num_queries):
    with django_assert_num_queries(4):
        measure_coverage(encoder)
