"""System checks: report misconfiguration with a stable id and a sentence, before it causes harm.

`manage.py check` and every start run them. The database checks run with `--database default` and
before migrations.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections

from gallery.embedding.catalog import STARTER_KEY

# halfvec came with 0.7; iterative index scans, which filtered searches need, with 0.8.
MIN_PGVECTOR = (0, 8)
# Shorter ones can be guessed; Django's own deployment check requires the same length.
MIN_SECRET_CHARACTERS = 50
LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", "::1", "testserver"}


@register(Tags.security)
def check_secret_key(**_context: Any) -> list[CheckMessage]:
    """E001: a site that others can reach needs a secret that cannot be guessed."""
    if settings.DEBUG or not _is_public() or len(settings.SECRET_KEY) >= MIN_SECRET_CHARACTERS:
        return []
    return [
        Error(
            "SECRET_KEY is too short for a site that other machines can reach.",
            hint="Leave it empty to have one generated in VAR_DIR, or set 50 random characters.",
            id="semblance.E001",
        )
    ]


@register(Tags.security)
def check_debug(**_context: Any) -> list[CheckMessage]:
    """W001: error details must not reach strangers."""
    if not settings.DEBUG or not _is_public():
        return []
    return [
        Warning(
            "DEBUG is on and ALLOWED_HOSTS names a public host: visitors would see error details.",
            hint="Set DEBUG=false.",
            id="semblance.W001",
        )
    ]


@register()
def check_encoder_key(**_context: Any) -> list[CheckMessage]:
    """E002: ENCODER must be a key that an adapter can load."""
    key = settings.ENCODER
    if key == "auto" or _is_encoder_key(key):
        return []
    return [
        Error(
            f"ENCODER is “{key}”, which names no encoder.",
            hint=(
                "Use auto, starter, openclip:MODEL/TAG (for instance"
                " openclip:ViT-B-32/laion2b_s34b_b79k), openclip:MODEL//path/to/checkpoint,"
                " or the key of an adapter of your own, such as mine or mine:variant."
            ),
            id="semblance.E002",
        )
    ]


@register()
def check_var_dir(**_context: Any) -> list[CheckMessage]:
    """E003: the site needs a writable folder for the data it keeps on this machine."""
    folders = {"VAR_DIR": Path(settings.VAR_DIR)}
    if _keeps_pictures_here():
        folders["MEDIA_ROOT"] = Path(settings.MEDIA_ROOT)
    return [
        Error(
            f"{name} is {folder}, and this user may not write there.",
            hint=f"Run as the folder's owner, or set {name} to a folder of your own.",
            id="semblance.E003",
        )
        for name, folder in folders.items()
        if not _may_write(folder)
    ]


@register(Tags.database)
def check_pgvector(
    *, databases: Sequence[str] | None = None, **_context: Any
) -> list[CheckMessage]:
    """E004, E005: the database must have pgvector, and a recent one."""
    if "default" not in (databases or ()):
        return []
    try:
        version = _pgvector_version()
    except DatabaseError:
        return []  # The next connection reports this, with the database's own message.
    if version is None:
        return [
            Error(
                "The database server has no pgvector extension.",
                hint="Install pgvector 0.8 or newer, or leave DATABASE_URL empty.",
                id="semblance.E004",
            )
        ]
    if _numbers(version) >= MIN_PGVECTOR:
        return []
    return [
        Error(
            f"pgvector is {version}; searches need 0.8 or newer.",
            hint="Upgrade the extension, then run ALTER EXTENSION vector UPDATE.",
            id="semblance.E005",
        )
    ]


def _is_public() -> bool:
    return any(host not in LOCAL_HOSTS for host in settings.ALLOWED_HOSTS)


def _is_encoder_key(key: str) -> bool:
    """Return whether an adapter accepts this key. The adapter itself checks the part after the
    colon when it loads."""
    prefix, colon, parameters = key.partition(":")
    if prefix not in settings.ENCODER_ADAPTERS:
        return False
    if prefix == STARTER_KEY:
        return not colon
    if prefix == "openclip":
        model, _, weights = parameters.partition("/")
        return bool(model and weights)
    return bool(parameters) or not colon


def _keeps_pictures_here() -> bool:
    return "location" in settings.STORAGES["originals"].get("OPTIONS", {}) and (
        "bucket_name" not in settings.STORAGES["originals"].get("OPTIONS", {})
    )


def _may_write(folder: Path) -> bool:
    """Return whether the folder, or its nearest existing parent, is writable."""
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)


def _pgvector_version() -> str | None:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(installed_version, default_version)"
            " FROM pg_available_extensions WHERE name = 'vector'"
        )
        row = cursor.fetchone()
    return str(row[0]) if row else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
