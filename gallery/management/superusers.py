"""Whom commands act for when nobody is named."""

from __future__ import annotations

from gallery.models import User


def first_superuser() -> User | None:
    """The oldest active administrator account, or None before there is one."""
    return User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
