"""Query pictures: their names cannot be guessed, and they expire."""

from datetime import timedelta

from django.utils import timezone

from gallery.models import QueryImage
from gallery.models.query_image import new_token


def searched_with(expires_at):
    return QueryImage.objects.create(file="q.webp", width=8, height=6, expires_at=expires_at)


def test_a_picture_is_either_current_or_expired(db):
    now = timezone.now()
    fresh = searched_with(now + timedelta(minutes=1))
    old = searched_with(now - timedelta(seconds=1))
    assert list(QueryImage.objects.current()) == [fresh]
    assert list(QueryImage.objects.expired()) == [old]


def test_each_picture_gets_a_token_of_128_random_bits_that_fits_its_column(db):
    first, second = (searched_with(timezone.now()) for _ in range(2))
    assert first.token != second.token
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    # 16 bytes are 22 characters in base64.
    assert {len(token) for token in tokens} == {22}
    assert QueryImage._meta.get_field("token").max_length >= 22


def test_its_name_in_logs_does_not_reveal_the_token():
    shown = str(QueryImage(token="abcdefghijklmnop"))
    assert "abcdef" in shown
    assert "abcdefg" not in shown
