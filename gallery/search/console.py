"""Whom a command given by hand searches as: whoever may run it can read the database anyway."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser

from gallery.models import User

# No row has this key, so nothing that belongs to a person can be mistaken for the console's.
NOBODY = 0


def console_viewer() -> AbstractBaseUser:
    """An administrator that is nobody in particular: sees every collection, is never saved."""
    return User(pk=NOBODY, is_active=True, is_superuser=True)
