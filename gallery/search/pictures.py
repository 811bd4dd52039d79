"""Pictures shown as queries: kept for a day under an unguessable token, then purged."""

from __future__ import annotations

from pathlib import Path

from django.core.files.uploadedfile import UploadedFile

from gallery.models import QueryImage
from gallery.models.people import Viewer


def keep_query_image(file: UploadedFile | Path, *, owner: Viewer) -> QueryImage:
    """Stores a stripped WebP copy for settings.QUERY_IMAGE_HOURS. Raises Refused."""
    raise NotImplementedError


def purge_query_images() -> int:
    """Deletes what has expired, rows and files. Returns how many."""
    raise NotImplementedError
