"""What a site needs before it can serve: tables, static files, an admin account, an encoder.

Each step does nothing if it was done before. Only management commands import this.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from gallery.models import Encoder, Image, User

ADMIN_NAME = "admin"
PASSWORD_BYTES = 12  # 96 random bits: 16 characters to type
STATIC_STAMP = ".collected-from"


def migrations_pending() -> bool:
    """Whether the database lacks a table or change that this version of the code expects."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def admin_missing() -> bool:
    """Whether no one can sign in to /admin/."""
    return not User.objects.filter(is_superuser=True, is_active=True).exists()


def encoder_missing() -> bool:
    """Whether the encoder has not been chosen yet."""
    return Encoder.objects.active() is None


def has_pictures() -> bool:
    """Whether there is any picture, including the trash."""
    return Image.objects.exists()


def is_needed() -> bool:
    """Whether any step of the first start is due, as after an upgrade."""
    return static_files_stale() or migrations_pending() or admin_missing() or encoder_missing()


def names_a_device() -> bool:
    """Whether EMBEDDING_DEVICE names hardware that this machine may lack."""
    return str(settings.EMBEDDING_DEVICE).strip().lower() not in {"", "auto", "cpu"}


def create_admin() -> tuple[str, str]:
    """Create the first administrator and return the name and the password, which is not stored."""
    users = User.objects
    name, number = ADMIN_NAME, 1
    while users.filter(username__iexact=name).exists():
        number += 1
        name = f"{ADMIN_NAME}{number}"
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    users.create_superuser(username=name, password=password)
    return name, password


def static_files_stale() -> bool:
    """Whether the static files have changed since STATIC_ROOT was collected."""
    stamp = Path(settings.STATIC_ROOT, STATIC_STAMP)
    return not stamp.exists() or stamp.read_text() != _static_fingerprint()


def collect_static_files() -> None:
    """Collect the static files, compressed and with a hash of their content in their names."""
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    Path(settings.STATIC_ROOT, STATIC_STAMP).write_text(_static_fingerprint())


def _static_fingerprint() -> str:
    """Hash the names, sizes and times of all static files, including those of packages."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for path in sorted(_static_files()):
        found = path.stat()
        digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _static_files() -> Iterator[Path]:
    for finder in get_finders():
        for name, storage in finder.list([]):
            yield Path(storage.path(name))
