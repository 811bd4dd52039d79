"""The account that commands act for when none is named."""

from __future__ import annotations

from gallery.models import User


def first_superuser() -> User | None:
    """Return the oldest active administrator account, or None if there is none yet."""
    return User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
