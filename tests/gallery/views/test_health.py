"""Health checks return what a load balancer needs."""

import pytest

from gallery.models import EmbeddingJob, Visibility
from tests.factories import make_collection, make_image


def test_healthz_has_no_dependencies(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_readyz_before_an_encoder_is_chosen(client, db):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["status"] == "starting"


def test_readyz_counts_progress(client, owner, encoder):
    collection = make_collection(owner, visibility=Visibility.PUBLIC)
    make_image(collection, vector=[1.0] + [0.0] * 63)
    EmbeddingJob.objects.create(image=make_image(collection), encoder=encoder)
    response = client.get("/readyz")
    assert response.status_code == 200
    body = response.json()
    assert (body["pictures"], body["searchable"], body["waiting"], body["failed"]) == (2, 1, 1, 0)
    assert body["encoder"] == "tiny"
    assert isinstance(body["broker"], bool)


def test_readyz_counts_private_pictures_only_for_those_who_may_see_them(client, owner, encoder):
    make_image(make_collection(owner), vector=[1.0] + [0.0] * 63)
    body = client.get("/readyz").json()
    assert (body["pictures"], body["searchable"]) == (0, 0)
    client.force_login(owner)
    body = client.get("/readyz").json()
    assert (body["pictures"], body["searchable"]) == (1, 1)


def test_readyz_detects_a_real_broker(client, encoder, settings):
    from searchsite.embedded import valkey

    was_running = valkey.is_alive(settings.VAR_DIR)
    valkey.ensure_running(settings.VAR_DIR)
    try:
        assert client.get("/readyz").json()["broker"] is True
    finally:
        if not was_running:
            valkey.stop(settings.VAR_DIR)


def test_readyz_without_a_broker_is_still_ready(client, encoder, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["broker"] is False


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_health_is_never_cached(client, db, address):
    assert "no-store" in client.get(address)["Cache-Control"]
