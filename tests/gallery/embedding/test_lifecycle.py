"""An encoder is chosen once, built beside the active one, and switched to."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from gallery.embedding import lifecycle
from gallery.embedding.lifecycle import (
    activate_encoder,
    add_encoder,
    enqueue_missing,
    ensure_active_encoder,
    settle_encoder,
)
from gallery.embedding.protocol import EncoderSpec
from gallery.embedding.queue import embed_pending, release_abandoned
from gallery.embedding.registry import EncoderChoice
from gallery.embedding.removal import request_removal
from gallery.exceptions import EncoderStateError, EncoderUnavailable
from gallery.models import Embedding, EmbeddingJob, Encoder, EncoderState, Image
from gallery.vectors import drop_indexes, has_index, measure_coverage
from tests.factories import make_image
from tests.races import RACE_TIMEOUT_S, threads, wait_until_blocked
from tests.tiny_encoder import TinyEncoder


@pytest.fixture(autouse=True)
def two_tiny_encoders(settings, fresh_registry):
    """Register `tiny` and `second`, which differ only by name."""
    settings.ENCODER_ADAPTERS = {
        **settings.ENCODER_ADAPTERS,
        "second": "tests.tiny_encoder:load",
        "failing": f"{__name__}:fail",
    }


def fail(_key):
    """A loader without weights."""
    raise EncoderUnavailable("There are no weights here.")


def test_the_first_start_chooses_an_encoder_and_queues_pictures(store):
    image = store("red")
    encoder = ensure_active_encoder()
    assert (encoder.key, encoder.state, encoder.dimension) == ("tiny", EncoderState.ACTIVE, 64)
    assert encoder.reason
    assert has_index(encoder)
    assert list(EmbeddingJob.objects.values_list("image", flat=True)) == [image.pk]


def test_later_starts_keep_the_choice_and_load_nothing(encoder, settings, monkeypatch):
    settings.ENCODER = "second"
    monkeypatch.setattr(lifecycle, "load_encoder", fail)
    assert ensure_active_encoder() == encoder


@pytest.mark.django_db(transaction=True)
def test_concurrent_first_starts_agree():
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
    drop_indexes(Encoder.objects.get())


def test_a_configured_encoder_that_fails_is_not_replaced_silently(db, settings):
    settings.ENCODER = "failing"
    with pytest.raises(EncoderUnavailable):
        ensure_active_encoder()
    assert not Encoder.objects.exists()


def test_an_automatic_choice_that_fails_falls_back_with_a_reason(db, settings, monkeypatch):
    settings.ENCODER_ADAPTERS = {**settings.ENCODER_ADAPTERS, "starter": "tests.tiny_encoder:load"}
    monkeypatch.setattr(
        lifecycle, "choose_initial_encoder", lambda: EncoderChoice("failing", "because")
    )
    encoder = ensure_active_encoder()
    assert encoder.key == "starter"
    assert "There are no weights here." in encoder.reason


def test_adding_builds_alongside_the_active_one(queued):
    queued("red", "blue")
    embed_pending()
    second = add_encoder("second")
    assert second.state == EncoderState.BUILDING
    assert measure_coverage(Image.objects.live(), encoder=second).waiting == 2
    assert Encoder.objects.active().key == "tiny"
    embed_pending()
    second.refresh_from_db()
    assert second.state == EncoderState.READY
    assert has_index(second)
    assert measure_coverage(Image.objects.live(), encoder=second).fraction == 1


def test_an_encoder_is_ready_at_once_in_an_empty_library(encoder):
    assert add_encoder("second").state == EncoderState.READY


def test_adding_twice_queues_nothing_twice(queued):
    queued("red")
    add_encoder("second")
    add_encoder("second")
    assert EmbeddingJob.objects.filter(encoder__key="second").count() == 1


def test_missing_pictures_are_queued_once_and_trashed_ones_are_not(encoder, collection):
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


def test_an_encoder_that_was_never_added_is_named(db):
    with pytest.raises(EncoderStateError, match="hasn’t been added"):
        activate_encoder("second")


def test_an_encoder_being_removed_is_neither_activated_nor_added_again(queued):
    queued("red")
    add_encoder("second")
    request_removal("second")
    for action in (activate_encoder, add_encoder):
        with pytest.raises(EncoderStateError, match="is being removed"):
            action("second")
    assert Encoder.objects.active().key == "tiny"
    assert Encoder.objects.get(key="second").state == EncoderState.REMOVING


def test_an_encoder_is_ready_even_if_some_pictures_failed_permanently(queued):
    """A picture that cannot be embedded waits for an admin, not the encoder for the picture."""
    queued("red", "blue")
    embed_pending()
    second = add_encoder("second")
    failed, waiting = EmbeddingJob.objects.filter(encoder=second).order_by("pk")
    EmbeddingJob.objects.filter(pk=failed.pk).update(quarantined_at=timezone.now())
    settle_encoder(second)
    assert second.state == EncoderState.BUILDING
    waiting.delete()
    settle_encoder(second)
    assert second.state == EncoderState.READY


def test_an_encoder_that_cannot_be_indexed_does_not_delay_others(queued):
    """pgvector indexes at most 4,000 dimensions."""
    queued("red")
    huge = Encoder.objects.create(key="huge", dimension=5000)
    second = Encoder.objects.create(key="second", dimension=64)
    EmbeddingJob.objects.all().delete()
    release_abandoned()
    EmbeddingJob.objects.exclude(encoder__key="tiny").delete()
    assert embed_pending().embedded == 1
    huge.refresh_from_db()
    second.refresh_from_db()
    assert huge.state == EncoderState.BUILDING
    assert "5000 numbers" in huge.failure
    assert second.state == EncoderState.READY


def test_a_large_library_is_queued_in_steps(encoder, collection, monkeypatch):
    monkeypatch.setattr(lifecycle, "ENQUEUE_STEP", 2)
    for _ in range(5):
        make_image(collection)
    sizes = []
    create = EmbeddingJob.objects.__class__.bulk_create

    def counted(self, rows, **options):
        sizes.append(len(rows))
        return create(self, rows, **options)

    monkeypatch.setattr(EmbeddingJob.objects.__class__, "bulk_create", counted)
    assert enqueue_missing(encoder) == 5
    assert sizes == [2, 2, 1]
    assert EmbeddingJob.objects.count() == 5


@pytest.fixture
def three_encoders(transactional_db):
    """Create the active encoder and two that are ready; drop their indexes at the end."""
    states = {
        "tiny": EncoderState.ACTIVE,
        "second": EncoderState.READY,
        "third": EncoderState.READY,
    }
    rows = [Encoder.objects.create(key=k, dimension=64, state=s) for k, s in states.items()]
    for row in rows:
        lifecycle.ensure_index(row)
    yield rows
    for row in rows:
        drop_indexes(row)


def test_two_activations_at_once_take_turns(three_encoders):
    with threads() as run:
        with transaction.atomic():
            list(Encoder.objects.select_for_update())
            switches = [
                run(lambda key=key: activate_encoder(key).key) for key in ("second", "third")
            ]
            wait_until_blocked(2)
        assert [one.result(timeout=RACE_TIMEOUT_S) for one in switches] == ["second", "third"]
    assert Encoder.objects.filter(state=EncoderState.ACTIVE).count() == 1


def test_an_encoder_removed_during_its_activation_is_named(three_encoders):
    with threads() as run:
        with transaction.atomic():
            list(Encoder.objects.select_for_update())
            switch = run(lambda: activate_encoder("second"))
            wait_until_blocked()
            Encoder.objects.filter(key="second").delete()
        with pytest.raises(EncoderStateError, match="has been removed"):
            switch.result(timeout=RACE_TIMEOUT_S)
    assert Encoder.objects.active().key == "tiny"


def test_an_encoder_marked_for_removal_during_its_activation_stays_inactive(three_encoders):
    with threads() as run:
        with transaction.atomic():
            request_removal("second")
            switch = run(lambda: activate_encoder("second"))
            wait_until_blocked()
        with pytest.raises(EncoderStateError, match="is being removed"):
            switch.result(timeout=RACE_TIMEOUT_S)
    assert Encoder.objects.active().key == "tiny"


def test_first_starts_with_different_choices_agree(transactional_db, monkeypatch):
    """Both have chosen before either has recorded its choice; the second adopts the first's."""

    def start(key):
        spec = EncoderSpec(**{**vars(TinyEncoder.spec), "key": key})
        return lifecycle._record_first(EncoderChoice(key, "because"), spec=spec).key

    with threads() as run:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lifecycle.FIRST_ENCODER_LOCK])
            starts = [run(lambda key=key: start(key)) for key in ("tiny", "second")]
            wait_until_blocked(2)
        chosen = {one.result(timeout=RACE_TIMEOUT_S) for one in starts}
    assert chosen == {Encoder.objects.get().key}


def test_an_index_being_created_elsewhere_is_not_waited_for(three_encoders):
    """Two threads of a worker must not both wait while a large index is created."""
    second = three_encoders[1]
    Encoder.objects.filter(pk=second.pk).update(state=EncoderState.BUILDING)
    second.refresh_from_db()
    with threads() as run, lifecycle._settling(second) as is_ours:
        assert is_ours
        run(lambda: settle_encoder(second)).result(timeout=RACE_TIMEOUT_S)
        assert Encoder.objects.get(pk=second.pk).state == EncoderState.BUILDING
    settle_encoder(second)
    assert second.state == EncoderState.READY
