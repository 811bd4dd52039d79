"""Make copies that older pictures lack, because a width was added later or a file was lost.

Go through the library a little at a time. The position is kept in the cache; if it is lost, the
walk starts over, which costs a look at each file. Until a copy exists, pages show a larger one.
"""

from __future__ import annotations

import logging
import time

from django.core.cache import cache

from gallery.exceptions import SemblanceError
from gallery.ingest import blobs
from gallery.ingest.intake import decode_picture
from gallery.ingest.spool import spooled
from gallery.models import RENDITION_WIDTHS, Image
from gallery.models.image import originals_storage

logger = logging.getLogger(__name__)

# Rows read at a time.
STEP = 200
# The walk is done for these widths; another set of widths starts another walk.
_PLACE = "missing-copies-after-{}".format("-".join(map(str, RENDITION_WIDTHS)))
_DONE = "done"


def render_missing_copies(*, budget_s: float) -> int:
    """Continue the walk for about `budget_s` seconds. Return how many pictures got copies."""
    place = cache.get(_PLACE, 0)
    if place == _DONE:
        return 0
    deadline = time.monotonic() + budget_s
    rendered = 0
    rows = Image.objects.filter(pk__gt=place).order_by("pk")
    needed = rows.only("sha256", "original", "original_name")
    for image in needed.iterator(chunk_size=STEP):
        rendered += bool(missing_widths(image)) and _rendered(image)
        if time.monotonic() > deadline:
            cache.set(_PLACE, image.pk, timeout=None)
            return rendered
    cache.set(_PLACE, _DONE, timeout=None)
    return rendered


def missing_widths(image: Image) -> list[int]:
    """Return the widths at which a picture has no copy."""
    store = blobs.renditions_storage()
    return [width for width in RENDITION_WIDTHS if not store.exists(image.rendition_name(width))]


def render_copies(image: Image) -> bool:
    """Make the copies that a picture lacks from its original. Return False if that is unusable."""
    name = image.original.name or ""
    if not originals_storage().exists(name):
        return False
    try:
        with (
            originals_storage().open(name) as original,
            spooled(original, name=image.original_name) as file,
        ):
            picture = decode_picture(file, name=image.original_name, widths=RENDITION_WIDTHS)
    except SemblanceError as problem:
        logger.warning("No copies of picture %s could be made: %s", image.pk, problem)
        return False
    blobs.write_renditions(image.sha256, picture.renditions)
    return True


def _rendered(image: Image) -> bool:
    """Call render_copies for the walk: a file that can't be read must not stop it."""
    try:
        return render_copies(image)
    except OSError as problem:
        logger.warning("No copies of picture %s could be made: %s", image.pk, problem)
        return False
