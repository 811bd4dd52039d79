"""Signed URLs: whom they admit, for how long, and that they stay the same for caches."""

import time

import pytest
from django.core.cache import cache

from gallery import delivery
from gallery.delivery import PRIVATE_WINDOW_S, PUBLIC_WINDOW_S, check, rendition_url, sign, sources
from gallery.models import Visibility
from tests.factories import make_collection, make_image

SHA = "ab" * 32
OTHER = "cd" * 32


@pytest.fixture
def clock(monkeypatch):
    """Set the time that delivery reads."""

    def at(seconds):
        monkeypatch.setattr(delivery.time, "time", lambda: seconds)

    at(1_800_000_000.0)
    return at


@pytest.mark.parametrize("public_in", [None, 7, 1_000_000])
def test_a_signature_is_valid_for_its_picture_and_audience(clock, public_in):
    signature = sign(SHA, public_in=public_in)
    grant = check(signature, sha256=SHA)
    assert grant is not None
    assert grant.public_in == public_in
    assert grant.is_public is (public_in is not None)
    assert check(signature, sha256=OTHER) is None


def test_changing_any_part_of_a_signature_breaks_it(clock):
    signature = sign(SHA, public_in=None)
    for place, letter in enumerate(signature):
        forged = signature[:place] + ("A" if letter != "A" else "B") + signature[place + 1 :]
        assert check(forged, sha256=SHA) is None, forged


@pytest.mark.parametrize(
    "invalid", ["", ".", "p", "p.", "m99.", "p1é.x", "x" * 80, "p0.AAAA", "p1-.x"]
)
def test_an_invalid_signature_is_refused_without_an_error(clock, invalid):
    assert check(invalid, sha256=SHA) is None


@pytest.mark.parametrize(("public_in", "window"), [(7, PUBLIC_WINDOW_S), (None, PRIVATE_WINDOW_S)])
def test_a_signature_lives_one_to_two_windows(clock, public_in, window):
    start = int(time.time())
    signature = sign(SHA, public_in=public_in)
    left = check(signature, sha256=SHA).seconds_left()
    assert window <= left <= 2 * window
    clock(start + left - 1)
    assert check(signature, sha256=SHA) is not None
    clock(start + left + 1)
    assert check(signature, sha256=SHA) is None


def test_the_url_stays_the_same_within_a_window(clock):
    first = sign(SHA, public_in=None)
    until_next = check(first, sha256=SHA).seconds_left() - PRIVATE_WINDOW_S
    clock(1_800_000_000 + until_next - 1)
    assert sign(SHA, public_in=None) == first
    clock(1_800_000_000 + until_next + 1)
    assert sign(SHA, public_in=None) != first


def test_the_urls_of_pictures_change_at_different_times(clock):
    ends = {check(sign(f"{n:064x}"[::-1], public_in=7), sha256=f"{n:064x}"[::-1]).expires_at
            for n in range(1, 20)}  # fmt: skip
    assert len(ends) > 1


def test_another_secret_key_makes_other_signatures(clock, settings):
    signature = sign(SHA, public_in=7)
    settings.SECRET_KEY = "another"
    assert check(signature, sha256=SHA) is None


def test_the_url_contains_the_audience_of_the_collection(owner):
    public = make_image(make_collection(owner, visibility=Visibility.PUBLIC))
    private = make_image(make_collection(owner))
    for image, public_in in ((public, public.collection_id), (private, None)):
        signature = rendition_url(image, width=320).split("/")[2]
        assert check(signature, sha256=image.sha256).public_in == public_in


@pytest.mark.parametrize(
    ("width", "widths"),
    [
        (4000, [320, 480, 640, 1600]),
        (640, [320, 480, 640]),
        (500, [320, 480, 500]),
        (100, [100]),
    ],
)
def test_sources_list_each_actual_width_once(owner, width, widths):
    image = make_image(make_collection(owner), width=width, height=100)
    assert [true_width for _, true_width in sources(image)] == widths


def test_that_one_collection_is_public_says_nothing_of_another(owner):
    cache.clear()
    opened = make_collection(owner, "Opened", visibility=Visibility.PUBLIC)
    closed = make_collection(owner, "Closed")
    expires_at = int(time.time()) + 60
    assert delivery.is_in_force(delivery.Grant(expires_at=expires_at, public_in=opened.pk))
    assert not delivery.is_in_force(delivery.Grant(expires_at=expires_at, public_in=closed.pk))
    cache.clear()
