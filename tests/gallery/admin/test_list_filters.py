"""The filters of the admin's lists: the rows that each choice shows."""

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from gallery.admin.list_filters import JobStateFilter, PlaceFilter, SearchableFilter
from gallery.models import EmbeddingJob, Image
from tests.factories import TINY_DIMENSION, make_collection, make_image


@pytest.fixture
def collection(owner):
    return make_collection(owner)


def rows(kind, choice, model=Image):
    """Return the rows that a filter leaves; with choice None, those of the list as it opens."""
    params = {} if choice is None else {kind.parameter_name: [choice]}
    chosen = kind(None, params, model, None)
    return set(chosen.queryset(None, model.objects.all()))


def test_the_list_shows_the_library_by_default_and_the_trash_on_request(collection):
    kept = make_image(collection)
    trashed = make_image(collection, deleted_at=timezone.now())
    assert rows(PlaceFilter, None) == {kept}
    assert rows(PlaceFilter, "trash") == {trashed}
    assert rows(PlaceFilter, "both") == {kept, trashed}


def test_a_picture_is_either_searchable_or_waiting_or_failed(collection, encoder):
    vector = np.eye(1, TINY_DIMENSION, dtype=np.float32)[0]
    embedded = make_image(collection, vector=vector)
    waiting, failed = make_image(collection), make_image(collection)
    EmbeddingJob.objects.create(image=waiting, encoder=encoder)
    EmbeddingJob.objects.create(image=failed, encoder=encoder, quarantined_at=timezone.now())
    assert rows(SearchableFilter, "yes") == {embedded}
    assert rows(SearchableFilter, "waiting") == {waiting}
    assert rows(SearchableFilter, "failed") == {failed}
    assert rows(SearchableFilter, None) == {embedded, waiting, failed}


def test_every_job_is_in_exactly_one_state(collection, encoder):
    now = timezone.now()
    states = {
        "quarantined": {"quarantined_at": now},
        "resting": {"next_try_at": now + timedelta(hours=1)},
        "working": {"claimed_at": now},
        "due": {"next_try_at": now - timedelta(seconds=1)},
    }
    jobs = {
        state: EmbeddingJob.objects.create(image=make_image(collection), encoder=encoder, **fields)
        for state, fields in states.items()
    }
    assert {state: rows(JobStateFilter, state, EmbeddingJob) for state in states} == {
        state: {job} for state, job in jobs.items()
    }
    assert rows(JobStateFilter, None, EmbeddingJob) == set(jobs.values())
