"""The state of the library on the admin's start page."""

import pytest
from django.utils import timezone

from gallery.admin.dashboard import read_dashboard
from gallery.models import EmbeddingJob, Encoder
from tests.factories import PASSWORD, make_collection, make_image

VECTOR = [1.0] + [0.0] * 63


@pytest.fixture
def library(owner, encoder):
    collection = make_collection(owner)
    searchable = make_image(collection, vector=VECTOR, size_bytes=1000)
    waiting, failed = make_image(collection), make_image(collection)
    make_image(collection, vector=VECTOR, deleted_at=timezone.now())
    make_image(make_collection(owner), sha256=searchable.sha256, size_bytes=1000)
    EmbeddingJob.objects.create(image=waiting, encoder=encoder)
    EmbeddingJob.objects.create(image=failed, encoder=encoder, quarantined_at=timezone.now())
    return collection


def test_the_numbers(library, encoder, django_assert_max_num_queries):
    Encoder.objects.create(key="tiny:second", dimension=64)
    with django_assert_max_num_queries(8):
        found = read_dashboard()
    assert (*found.coverage, found.trashed) == (4, 1, 1)
    assert (*found.jobs, found.coverage.percent) == (1, 1, 25)
    assert found.encoder == encoder
    assert [one.key for one in found.building] == ["tiny:second"]
    assert found.originals_bytes == 4000, "the same bytes are stored once"
    assert found.database_bytes > 0
    assert found.free_bytes > 0


def test_an_empty_site_has_numbers(db):
    found = read_dashboard()
    assert (found.coverage.pictures, found.coverage.percent, found.encoder) == (0, 100, None)
    assert found.originals_bytes == 0


def test_the_start_page_shows_them_and_how_to_change_the_encoder(admin_page, library, encoder):
    page = admin_page.get("/admin/").content.decode()
    assert 'Searches use <strong translate="no">tiny</strong>' in page
    assert 'href="/admin/gallery/encoder/"' in page
    assert "?state=quarantined" in page


def test_the_start_page_reports_an_encoder_that_workers_cannot_use(admin_page, library, encoder):
    assert "Workers can’t use" not in admin_page.get("/admin/").content.decode()
    Encoder.objects.create(
        key="tiny:second", dimension=64, failure="No weights here.", failed_at=timezone.now()
    )
    page = admin_page.get("/admin/").content.decode()
    assert "Workers can’t use <strong>tiny:second</strong>" in page
    assert "No weights here." in page


def test_other_staff_see_no_totals(client, curator, library):
    client.login(username="curator", password=PASSWORD)
    page = client.get("/admin/").content.decode()
    assert "Searches use" not in page
    assert 'class="library-state"' not in page
