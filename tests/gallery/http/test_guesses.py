"""Guessing passwords is slowed down, on every door, without telling whether a name exists."""

import base64

import pytest
from django.core.cache import cache
from django.urls import reverse

from gallery.http.guesses import FAILURE_WINDOW_S, MAX_FAILURES, SENTENCE
from tests.factories import PASSWORD

DOORS = ["/accounts/login/", "/admin/login/"]


@pytest.fixture(autouse=True)
def clean_cache():
    """Counts do not outlive a test."""
    cache.clear()
    yield
    cache.clear()


def _try(client, door, password, **extra):
    return client.post(door, {"username": "admin", "password": password}, **extra)


@pytest.mark.parametrize("door", DOORS)
def test_the_right_password_does_not_help_after_too_many_wrong_ones(client, administrator, door):
    for _ in range(MAX_FAILURES):
        assert SENTENCE not in _try(client, door, "wrong").content.decode()
    assert SENTENCE in _try(client, door, PASSWORD).content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("door", DOORS)
def test_other_addresses_are_not_kept_waiting(client, administrator, door):
    for _ in range(MAX_FAILURES):
        _try(client, door, "wrong", REMOTE_ADDR="10.9.8.7")
    assert _try(client, door, PASSWORD).status_code == 302


def test_the_api_counts_with_the_pages(client, administrator):
    for _ in range(MAX_FAILURES):
        _try(client, DOORS[0], "wrong")
    words = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
    response = client.get("/api/v1/images", headers={"Authorization": f"Basic {words}"})
    assert response.status_code == 429
    assert response.json()["sentence"] == SENTENCE


def test_the_wait_is_as_long_as_the_sentence_says():
    assert FAILURE_WINDOW_S == 5 * 60
    assert "five minutes" in SENTENCE


def test_signing_in_costs_no_failure(client, administrator):
    for _ in range(MAX_FAILURES + 1):
        assert _try(client, reverse("login"), PASSWORD).status_code == 302
        client.logout()
