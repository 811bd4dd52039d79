"""The activity table on the admin's start page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery.admin.activity import DAYS, read_activity
from gallery.models import Embedding, EmbeddingJob, Fate, Image, UploadItem, User
from gallery.models.upload import UploadBatch
from tests.factories import make_collection, make_image, make_person

VECTOR = [1.0] + [0.0] * 63
QUERIES = 5  # one per column


def long_ago(rows, field, **ago):
    rows.update(**{field: timezone.now() - timedelta(**ago)})


@pytest.fixture
def collection(owner, encoder):
    return make_collection(owner)


def test_each_day_has_its_own_numbers(collection, encoder, owner, django_assert_num_queries):
    today, older = make_image(collection, vector=VECTOR), make_image(collection, vector=VECTOR)
    long_ago(Image.objects.filter(pk=older.pk), "created_at", days=2)
    long_ago(Embedding.objects.filter(image=older), "created_at", days=1)
    make_image(collection, deleted_at=timezone.now())
    failed = make_image(collection, created_at=timezone.now() - timedelta(days=30))
    EmbeddingJob.objects.create(image=failed, encoder=encoder, quarantined_at=timezone.now())
    batch = UploadBatch.objects.create(owner=owner, collection=collection)
    for fate in (Fate.REFUSED, Fate.STORED):
        UploadItem.objects.create(batch=batch, name="a.jpg", fate=fate)
    make_person("yesterday", last_login=timezone.now() - timedelta(days=1))
    with django_assert_num_queries(QUERIES):
        found = read_activity()
    assert [one.day for one in found] == [
        timezone.localdate() - timedelta(days=back) for back in range(DAYS)
    ]
    assert (found[0].added, found[0].refused, found[0].embedded, found[0].failed) == (1, 1, 1, 1)
    assert (found[1].added, found[1].embedded, found[1].signed_in) == (0, 1, 1)
    assert (found[2].added, found[2].embedded) == (1, 0)
    assert today.pk != older.pk


def test_older_activity_is_left_out(collection):
    make_person("long-gone", last_login=timezone.now() - timedelta(days=DAYS + 1))
    make_image(collection, created_at=timezone.now() - timedelta(days=DAYS + 1))
    assert User.objects.filter(last_login__isnull=False).count() == 1
    assert all(one.added == one.signed_in == 0 for one in read_activity())


def test_the_start_page_shows_the_days(admin_page, collection):
    make_image(collection)
    page = admin_page.get("/admin/")
    assert len(page.context["activity"]) == DAYS
    assert "Pictures added" in page.content.decode()
