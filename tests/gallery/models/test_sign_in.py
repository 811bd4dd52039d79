"""Counts of wrong passwords: which ones are old enough to delete."""

from datetime import timedelta

from django.utils import timezone

from gallery.models.sign_in import GuessCount


def test_unchanged_counts_are_found(db):
    now = timezone.now()
    old = GuessCount.objects.create(key="a" * 64, touched_at=now - timedelta(days=2))
    GuessCount.objects.create(key="b" * 64, touched_at=now)
    assert list(GuessCount.objects.untouched_since(now - timedelta(days=1))) == [old]
    # An exact match counts as changed.
    assert not GuessCount.objects.untouched_since(now - timedelta(days=2)).exists()


def test_a_count_shows_only_the_start_of_its_digest():
    count = GuessCount(key="0123456789abcdef", failures=3)
    assert str(count) == "3 wrong passwords for 01234567…"
