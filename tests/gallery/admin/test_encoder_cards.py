"""The cards of the encoders page: state, size, and the costs of each action."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery.admin import encoder_cards
from gallery.admin.encoder_cards import EncoderCard, RequestCard
from gallery.embedding.catalog import CATALOG
from gallery.models import Encoder, EncoderRequest, EncoderState


def card(state=EncoderState.READY, **numbers):
    encoder = Encoder(key="tiny", dimension=64, state=state)
    return EncoderCard(
        encoder=encoder, **{"pictures": 0, "embedded": 0, "waiting": 0, "failed": 0, **numbers}
    )


@pytest.mark.parametrize(
    ("found", "state", "under_way"),
    [
        (card(EncoderState.ACTIVE, waiting=1), "In use", True),
        (card(EncoderState.BUILDING), "Being built", True),
        (card(pictures=2, embedded=2), "Ready", False),
        (card(pictures=2, embedded=1), "Incomplete", False),
    ],
)
def test_a_card_has_one_state_and_knows_whether_its_numbers_change(found, state, under_way):
    assert (found.state, found.is_under_way) == (state, under_way)


def test_vectors_are_counted_with_their_index():
    # Two bytes per number, once in the table and once in the index.
    assert card(embedded=10).vector_bytes == 10 * 64 * 2 * 2


def test_activating_an_incomplete_encoder_warns_about_missing_pictures():
    costs = encoder_cards.costs_of_activating(card(pictures=1500, embedded=1))
    assert costs[0].startswith("1,499 pictures have no vectors")
    assert len(encoder_cards.costs_of_activating(card())) == len(costs) - 1


def test_removing_shows_how_many_vectors_are_deleted():
    assert "deletes 1,000 vectors" in encoder_cards.costs_of_removing(card(embedded=1000))[0]


def progress(**fields):
    known = {"key": "nobody/knows", "created_at": timezone.now(), **fields}
    return RequestCard(request=EncoderRequest(**known)).progress


def test_a_request_shows_its_progress():
    now = timezone.now()
    assert progress() == "Waiting for a worker…"
    assert "Check that workers" in progress(created_at=now - timedelta(minutes=5))
    assert progress(heartbeat_at=now) == "Loading…"
    # The size of the download is unknown, so only the downloaded part is shown.
    assert "downloaded so far" in progress(heartbeat_at=now, downloaded_bytes=5_000_000)
    large = next(entry for entry in CATALOG if entry.spec.size_bytes > 5_000_000)
    shown = progress(key=large.spec.key, heartbeat_at=now, downloaded_bytes=5_000_000)
    assert shown.startswith("Downloading:")


def test_added_and_requested_encoders_are_not_offered(db):
    first, second = (entry.spec.key for entry in CATALOG[:2])
    assert {first, second} <= {entry.spec.key for entry in encoder_cards.offers()}
    Encoder.objects.create(key=first, dimension=64, state=EncoderState.READY)
    EncoderRequest.objects.create(key=second)
    left = {entry.spec.key for entry in encoder_cards.offers()}
    assert len(left) == len(CATALOG) - 2
    assert not left & {first, second}
