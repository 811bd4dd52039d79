"""How many of the pictures on a page can be found by search."""

from __future__ import annotations

from django.db.models import QuerySet

from gallery.models import Encoder, Image
from gallery.vectors import Coverage, measure_coverage


def coverage(images: QuerySet[Image]) -> Coverage:
    """Count these pictures, and those of them that the active encoder has embedded."""
    return measure_coverage(images, encoder=Encoder.objects.active())
