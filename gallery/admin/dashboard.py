"""The numbers on the admin's start page: a handful of queries, whatever the size of the library."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Sum

from gallery.models import EmbeddingJob, Encoder, EncoderState, Image
from gallery.models.embedding import JobCounts
from gallery.vectors import Coverage, measure_coverage


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """What administrators want to know first. Sizes are in bytes.

    `originals_bytes` counts identical files once, as they are stored. `free_bytes` is None where
    pictures are kept in a bucket.
    """

    coverage: Coverage
    jobs: JobCounts
    trashed: int
    encoder: Encoder | None
    building: tuple[Encoder, ...]
    unusable: tuple[Encoder, ...]
    originals_bytes: int
    database_bytes: int
    free_bytes: int | None


def read_dashboard() -> Dashboard:
    """Count everything and return the numbers."""
    encoders = list(Encoder.objects.all())
    active = next((one for one in encoders if one.state == EncoderState.ACTIVE), None)
    return Dashboard(
        coverage=measure_coverage(Image.objects.live(), encoder=active),
        jobs=EmbeddingJob.objects.filter(encoder=active).count_by_state(),
        trashed=Image.objects.trashed().count(),
        encoder=active,
        building=tuple(one for one in encoders if one.state != EncoderState.ACTIVE),
        unusable=tuple(one for one in encoders if one.failure),
        originals_bytes=_originals_bytes(),
        database_bytes=_database_bytes(),
        free_bytes=_free_bytes(),
    )


def _originals_bytes() -> int:
    one_of_each = Image.objects.order_by("sha256").distinct("sha256").values("pk")
    stored = Image.objects.filter(pk__in=one_of_each)
    return int(stored.aggregate(total=Sum("size_bytes"))["total"] or 0)


def _database_bytes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def _free_bytes() -> int | None:
    if "location" not in settings.STORAGES["originals"].get("OPTIONS", {}):
        return None
    folder = Path(settings.MEDIA_ROOT)
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(existing).free
