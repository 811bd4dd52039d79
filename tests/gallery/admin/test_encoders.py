"""Encoders in the admin: coverage, and a switch that is refused until it is full."""

import pytest
from django.utils import timezone

from gallery.models import Embedding, EmbeddingJob, Encoder, EncoderState
from tests.factories import make_collection, make_image

LIST = "/admin/gallery/encoder/"
VECTOR = [1.0] + [0.0] * 63
QUERIES_OF_THE_LIST = 4  # session, person, count, rows


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
    rows = {row.key: row for row in page.context["cl"].result_list}
    assert (rows["tiny"].vector_count, rows["tiny"].live_count) == (3, 3)
    assert (rows["tiny:second"].vector_count, rows["tiny:second"].live_count) == (1, 3)
    assert rows["tiny:second"].waiting_count == rows["tiny:second"].failed_count == 1
    assert '<progress class="coverage" max="3" value="1"' in page.content.decode()


def test_an_empty_library_is_covered(admin_page, encoder):
    assert '<progress class="coverage" max="1" value="1"' in admin_page.get(LIST).content.decode()


def test_activation_is_refused_with_the_sentence_while_pictures_are_missing(
    admin_page, pictures, encoder, second, run_action, said
):
    response = run_action(admin_page, "encoder", "activate_selected", [second])
    assert "0 of 3 pictures" in said(response)[0]
    assert Encoder.objects.active() == encoder


@pytest.mark.django_db(transaction=True)
def test_activation_switches_once_all_are_there(admin_page, run_action, said, request):
    pictures = request.getfixturevalue("pictures")
    second = request.getfixturevalue("second")
    for image in pictures:
        Embedding.objects.create(image=image, encoder=second, vector=VECTOR)
    response = run_action(admin_page, "encoder", "activate_selected", [second])
    assert said(response) == ["Searches now use tiny:second."]
    assert Encoder.objects.active() == second
    assert Encoder.objects.filter(state=EncoderState.ACTIVE).count() == 1


def test_the_active_one_cannot_be_removed(admin_page, encoder, run_action, said):
    response = run_action(admin_page, "encoder", "remove_selected", [encoder])
    assert "activate another one" in said(response)[0]
    assert Encoder.objects.filter(pk=encoder.pk).exists()


def test_two_at_once_make_no_sense(admin_page, encoder, second, run_action, said):
    response = run_action(admin_page, "encoder", "activate_selected", [encoder, second])
    assert said(response) == ["Select one encoder."]


def test_the_list_and_the_page_of_one_say_why_workers_skip_it(admin_page, second):
    Encoder.objects.filter(pk=second.pk).update(failure="No weights here.")
    assert "No weights here." in admin_page.get(LIST).content.decode()
    assert "No weights here." in admin_page.get(f"{LIST}{second.pk}/change/").content.decode()


def test_nothing_is_added_edited_or_deleted_by_hand(admin_page, encoder):
    assert admin_page.get(f"{LIST}add/").status_code == 403
    assert admin_page.post(f"{LIST}{encoder.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_page.post(f"{LIST}{encoder.pk}/change/", {"key": "x"}).status_code == 403
    assert admin_page.get(f"{LIST}{encoder.pk}/change/").status_code == 200
