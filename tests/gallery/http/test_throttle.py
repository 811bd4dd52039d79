"""Counting requests: the limit, how visitors are told apart, and the 429 page."""

import pytest
from django.core.cache import cache

from gallery.http import throttle
from gallery.http.throttle import seconds_to_wait, visitor


@pytest.fixture(autouse=True)
def clean_cache():
    """Empty the cache, so that counts do not outlive a test."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def asked(rf):
    """Return make(user, address), which makes a request of a person from an address."""
    from django.contrib.auth.models import AnonymousUser

    def make(user=None, address="10.0.0.1", **headers):
        request = rf.get("/search/", REMOTE_ADDR=address, headers=headers)
        request.user = user or AnonymousUser()
        return request

    return make


@pytest.fixture
def clock(monkeypatch):
    """Stop the clock unless the test sets it."""

    def at(seconds):
        monkeypatch.setattr(throttle.time, "time", lambda: seconds)

    at(6000.0)
    return at


def test_the_limit_holds_for_a_minute(asked, clock, settings):
    settings.RATE_LIMIT_PER_MINUTE = 3
    assert [seconds_to_wait(asked()) for _ in range(3)] == [0, 0, 0]
    assert 0 < seconds_to_wait(asked()) <= 61
    clock(6060.0)
    assert seconds_to_wait(asked()) == 0


def test_visitors_are_counted_apart(asked, clock, settings, owner):
    settings.RATE_LIMIT_PER_MINUTE = 1
    assert seconds_to_wait(asked()) == 0
    assert seconds_to_wait(asked(address="10.0.0.2")) == 0
    assert seconds_to_wait(asked(user=owner)) == 0
    assert seconds_to_wait(asked()) > 0
    assert seconds_to_wait(asked(user=owner, address="10.0.0.9")) > 0


def test_zero_means_no_limit(asked, settings):
    settings.RATE_LIMIT_PER_MINUTE = 0
    assert not any(seconds_to_wait(asked()) for _ in range(50))


def test_a_visitor_cannot_choose_their_address(asked, settings):
    forwarded = {"X-Forwarded-For": "1.2.3.4, 5.6.7.8"}
    settings.SECURE_PROXY_SSL_HEADER = None
    assert visitor(asked(**forwarded)) == "address-10.0.0.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert visitor(asked(**forwarded)) == "address-5.6.7.8"
    assert visitor(asked()) == "address-10.0.0.1"


def test_the_search_page_responds_with_429(client, db, settings):
    settings.RATE_LIMIT_PER_MINUTE = 2
    assert [client.get("/search/").status_code for _ in range(3)] == [200, 200, 429]
    refused = client.get("/search/")
    assert int(refused["Retry-After"]) > 0
    assert "Too many requests" in refused.content.decode()
