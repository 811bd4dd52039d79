"""The limits of ingest, read from the settings into frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, kw_only=True)
class DecodeLimits:
    """Limits for the child process that reads one picture."""

    max_pixels: int
    max_side: int
    memory_bytes: int
    timeout_s: int


@dataclass(frozen=True, kw_only=True)
class ArchiveLimits:
    """Limits for one zip."""

    max_bytes: int
    max_unpacked_bytes: int
    max_members: int
    max_ratio: int
    max_member_bytes: int


def decode_limits() -> DecodeLimits:
    """Return the site's limits for reading one picture."""
    return DecodeLimits(
        max_pixels=settings.MAX_IMAGE_PIXELS,
        max_side=settings.MAX_IMAGE_SIDE,
        memory_bytes=settings.DECODE_MEMORY_BYTES,
        timeout_s=settings.DECODE_TIMEOUT_S,
    )


def archive_limits() -> ArchiveLimits:
    """Return the site's limits for one zip."""
    return ArchiveLimits(
        max_bytes=settings.MAX_ARCHIVE_BYTES,
        max_unpacked_bytes=settings.MAX_ARCHIVE_UNPACKED_BYTES,
        max_members=settings.MAX_ARCHIVE_MEMBERS,
        max_ratio=settings.MAX_ARCHIVE_RATIO,
        max_member_bytes=settings.MAX_UPLOAD_BYTES,
    )
