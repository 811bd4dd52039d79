"""Who is asking: the one type that permissions are decided for."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

# A signed-in person, somebody not signed in, or None (also somebody not signed in).
Viewer = AbstractBaseUser | AnonymousUser | None


def sees_everything(viewer: Viewer) -> bool:
    """Administrators (superusers) see and manage every collection."""
    return bool(getattr(viewer, "is_active", False) and getattr(viewer, "is_superuser", False))


def person_id(viewer: Viewer) -> int | None:
    """The primary key of a signed-in, active person, else None."""
    if viewer is None or not viewer.is_authenticated or not getattr(viewer, "is_active", False):
        return None
    return int(viewer.pk)
