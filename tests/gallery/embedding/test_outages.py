"""A failing encoder is skipped for a while, and administrators see why."""

import pytest

from gallery.embedding import outages


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Provide a clock that the test sets, without pauses from other tests."""
    now = [1000.0]
    monkeypatch.setattr(outages.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(outages, "_paused_until", {})
    return now


def test_an_encoder_is_skipped_for_the_pause_and_then_tried_again(encoder, clock):
    assert not outages.is_paused(encoder)
    outages.record_outage(encoder, reason="No weights.")
    clock[0] += outages.PAUSE_S - 0.1
    assert outages.is_paused(encoder)
    clock[0] += 0.1
    assert not outages.is_paused(encoder)


def test_the_reason_and_the_time_are_stored_until_recovery(encoder):
    outages.record_outage(encoder, reason="No weights.")
    encoder.refresh_from_db()
    assert encoder.failure == "No weights."
    assert encoder.failed_at is not None

    outages.record_recovery(encoder)
    assert encoder.failure == ""
    assert not outages.is_paused(encoder)
    encoder.refresh_from_db()
    assert (encoder.failure, encoder.failed_at) == ("", None)


def test_a_recovery_without_an_outage_costs_no_query(encoder, django_assert_num_queries):
    with django_assert_num_queries(0):
        outages.record_recovery(encoder)


def test_an_outage_pauses_only_its_own_encoder(encoder):
    from tests.factories import make_active_encoder

    encoder.state = "ready"
    encoder.save()
    other = make_active_encoder("other")
    outages.record_outage(encoder, reason="No weights.")
    assert not outages.is_paused(other)
    other.refresh_from_db()
    assert other.failure == ""
