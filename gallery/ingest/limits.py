"""The limits of ingest, read from the settings: one frozen value to hand around."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, kw_only=True)
class DecodeLimits:
    """What one picture may cost the child process that reads it."""

    max_pixels: int
    max_side: int
    memory_bytes: int
    timeout_s: int


@dataclass(frozen=True, kw_only=True)
class ArchiveLimits:
    """What one zip may hold and unpack to."""

    max_bytes: int
    max_unpacked_bytes: int
    max_members: int
    max_ratio: int
    max_member_bytes: int


def decode_limits() -> DecodeLimits:
    """The site's limits for reading one picture."""
    return DecodeLimits(
        max_pixels=settings.MAX_IMAGE_PIXELS,
        max_side=settings.MAX_IMAGE_SIDE,
        memory_bytes=settings.DECODE_MEMORY_BYTES,
        timeout_s=settings.DECODE_TIMEOUT_S,
    )


def archive_limits() -> ArchiveLimits:
    """The site's limits for one zip."""
    return ArchiveLimits(
        max_bytes=settings.MAX_ARCHIVE_BYTES,
        max_unpacked_bytes=settings.MAX_ARCHIVE_UNPACKED_BYTES,
        max_members=settings.MAX_ARCHIVE_MEMBERS,
        max_ratio=settings.MAX_ARCHIVE_RATIO,
        max_member_bytes=settings.MAX_UPLOAD_BYTES,
    )
