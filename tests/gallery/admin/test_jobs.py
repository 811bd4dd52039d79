"""The embedding queue in the admin: reasons, states and retries."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from gallery.models import EmbeddingJob
from tests.factories import PASSWORD, make_collection, make_image

LIST = "/admin/gallery/embeddingjob/"
QUERIES_OF_THE_LIST = 7


@pytest.fixture
def jobs(owner, encoder):
    """Create one job in each state, by name."""
    collection, now = make_collection(owner, "Queue"), timezone.now()
    states = {
        "due": {},
        "working": {"claimed_at": now, "claimed_by": "worker:1"},
        "resting": {"attempts": 1, "next_try_at": now + timedelta(hours=1), "reason": "Timeout."},
        "quarantined": {"attempts": 3, "quarantined_at": now, "reason": "The file is broken."},
    }
    return {
        name: EmbeddingJob.objects.create(image=make_image(collection), encoder=encoder, **fields)
        for name, fields in states.items()
    }


def test_the_list_shows_reasons_and_costs_a_fixed_number_of_queries(
    admin_page, owner, encoder, jobs, django_assert_num_queries
):
    page = admin_page.get(LIST).content.decode()
    assert "The file is broken." in page
    assert "3 of 3" in page
    assert "In progress" in page
    with django_assert_num_queries(QUERIES_OF_THE_LIST):
        admin_page.get(LIST)
    collection = make_collection(owner, "More")
    for _ in range(20):
        EmbeddingJob.objects.create(image=make_image(collection), encoder=encoder)
    with django_assert_num_queries(QUERIES_OF_THE_LIST):
        admin_page.get(LIST)


@pytest.mark.parametrize("state", ["due", "working", "resting", "quarantined"])
def test_filter_by_state(admin_page, jobs, state):
    page = admin_page.get(LIST, {"state": state})
    assert list(page.context["cl"].result_list) == [jobs[state]]


def test_retry_resets_the_selected_jobs_and_sends_a_hint(
    admin_page, jobs, run_action, said, monkeypatch
):
    hints = []
    monkeypatch.setattr("gallery.admin.jobs.hint_workers", lambda: hints.append(1))
    response = run_action(admin_page, "embeddingjob", "retry_selected", [jobs["quarantined"]])
    assert said(response) == ["1 picture will be tried again."]
    again = EmbeddingJob.objects.get(pk=jobs["quarantined"].pk)
    assert (again.attempts, again.reason, again.quarantined_at) == (0, "", None)
    assert EmbeddingJob.objects.get(pk=jobs["resting"].pk).attempts == 1
    assert hints == [1]


def test_the_page_of_a_job_shows_the_full_reason(admin_page, jobs):
    job = jobs["quarantined"]
    job.reason = "A long reason. " * 40
    job.save()
    page = admin_page.get(reverse("admin:gallery_embeddingjob_change", args=[job.pk]))
    assert page.content.decode().count("A long reason.") == 40


def test_jobs_cannot_be_deleted_directly(admin_page, jobs):
    address = reverse("admin:gallery_embeddingjob_delete", args=[jobs["due"].pk])
    assert admin_page.post(address, {"post": "yes"}).status_code == 403


def test_staff_see_only_jobs_of_their_own_pictures(client, curator, encoder, jobs):
    mine = make_image(make_collection(curator, "Mine"))
    job = EmbeddingJob.objects.create(image=mine, encoder=encoder)
    client.login(username="curator", password=PASSWORD)
    assert list(client.get(LIST).context["cl"].result_list) == [job]
