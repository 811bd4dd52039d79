"""Encoders in the admin: the progress of each, and the page of one."""

import pytest
from django.utils import timezone

from gallery.models import Embedding, EmbeddingJob, Encoder, EncoderState
from tests.factories import make_collection, make_image

LIST = "/admin/gallery/encoder/"
VECTOR = [1.0] + [0.0] * 63
QUERIES_OF_THE_LIST = 6  # session, person, rows, requests, and two for the encoders on offer


@pytest.fixture
def second(encoder):
    return Encoder.objects.create(key="tiny:second", dimension=64, state=EncoderState.READY)


@pytest.fixture
def pictures(owner, encoder):
    collection = make_collection(owner)
    make_image(collection, vector=VECTOR, deleted_at=timezone.now())
    return [make_image(collection, vector=VECTOR) for _ in range(3)]


def test_the_list_shows_coverage_waiting_and_failed(
    admin_page, pictures, encoder, second, django_assert_num_queries
):
    Embedding.objects.create(image=pictures[0], encoder=second, vector=VECTOR)
    EmbeddingJob.objects.create(image=pictures[1], encoder=second)
    EmbeddingJob.objects.create(image=pictures[2], encoder=second, quarantined_at=timezone.now())
    with django_assert_num_queries(QUERIES_OF_THE_LIST):
        page = admin_page.get(LIST)
    cards = {card.encoder.key: card for card in page.context["cards"]}
    assert (cards["tiny"].embedded, cards["tiny"].pictures) == (3, 3)
    assert (cards["tiny:second"].embedded, cards["tiny:second"].pictures) == (1, 3)
    assert cards["tiny:second"].waiting == cards["tiny:second"].failed == 1
    assert '<progress max="3" value="1"' in page.content.decode()


def test_an_empty_library_counts_as_covered(admin_page, encoder):
    assert '<progress max="1" value="1"' in admin_page.get(LIST).content.decode()


def test_both_pages_show_why_workers_skip_an_encoder(admin_page, second):
    Encoder.objects.filter(pk=second.pk).update(failure="No weights here.")
    assert "No weights here." in admin_page.get(LIST).content.decode()
    assert "No weights here." in admin_page.get(f"{LIST}{second.pk}/change/").content.decode()


def test_encoders_cannot_be_edited_or_deleted_directly(admin_page, encoder):
    assert admin_page.post(f"{LIST}{encoder.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_page.post(f"{LIST}{encoder.pk}/change/", {"key": "x"}).status_code == 403
    assert admin_page.get(f"{LIST}{encoder.pk}/change/").status_code == 200
