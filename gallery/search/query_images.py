"""Pictures used as queries: kept for a day under an unguessable token, then deleted.

Ingest opens the bytes in its sandboxed child process. Only the upright WebP copy that it makes,
without any EXIF, is stored.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from datetime import timedelta
from pathlib import Path
from typing import Any

from cachetools import LRUCache, cached
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery.embedding.registry import load_encoder
from gallery.embedding.stored import PictureFile, PictureUnreadable, read_picture
from gallery.exceptions import InvalidQuery
from gallery.ingest.intake import QUERY_WIDTH, read_query_picture
from gallery.models import Image, QueryImage
from gallery.models.people import Viewer, person_id
from gallery.models.query_image import new_token, queries_storage
from gallery.vectors import Vector

# Vectors of query pictures cached in memory, so that page two does not decode the picture again.
CACHE_SIZE = 256


def keep_query_image(
    file: File[Any] | Path, *, owner: Viewer, part_of: Image | None = None
) -> QueryImage:
    """Store a stripped WebP copy for settings.QUERY_IMAGE_HOURS. Raises Refused.

    `file` is an upload or a path; `owner` may be anonymous.
    `part_of` is the stored picture that it was cut out of, if any.
    """
    name = (file.name or "") if isinstance(file, File) else file.name
    picture = read_query_picture(file, name=name or "picture")
    token = new_token()
    stored = queries_storage().save(f"{token}.webp", ContentFile(picture.renditions[QUERY_WIDTH]))
    return QueryImage.objects.create(
        token=token,
        owner_id=person_id(owner),
        part_of=part_of,
        file=stored,
        width=picture.width,
        height=picture.height,
        expires_at=timezone.now() + timedelta(hours=int(settings.QUERY_IMAGE_HOURS)),
    )


def picture_cut_from(token: str, *, viewer: Viewer) -> Image | None:
    """Return the stored picture that a query picture was cut from, if this viewer may see it."""
    kept = QueryImage.objects.current().filter(token=token)
    return Image.objects.visible_to(viewer).filter(pk__in=kept.values("part_of")).first()


def purge_query_images() -> int:
    """Delete expired rows and files. Returns how many.

    Files are deleted first: if the process dies in between, the row is still there to find them.
    """
    count = 0
    for kept in QueryImage.objects.expired().order_by("pk").iterator():
        kept.file.delete(save=False)
        kept.delete()
        count += 1
    return count


def query_image_vector(token: str, *, encoder_key: str) -> Vector:
    """Return the unit vector of a kept picture, float32 [d].

    Raises InvalidQuery if it has expired or never existed, and EncoderUnavailable.
    """
    kept = QueryImage.objects.current().filter(token=token).first()
    if kept is None:
        raise _expired()
    return _encode_picture(kept, encoder_key)


@cached(
    LRUCache[Hashable, Vector](CACHE_SIZE),
    key=lambda kept, encoder_key: (encoder_key, kept.token),
    lock=threading.Lock(),
)
def _encode_picture(kept: QueryImage, encoder_key: str) -> Vector:
    encoder = load_encoder(encoder_key)
    source = PictureFile(name=_("query picture"), open=lambda: kept.file.open("rb"))
    try:
        image = read_picture([source], at_least=encoder.spec.image_size)
    except PictureUnreadable as error:
        raise _expired() from error
    vector: Vector = encoder.encode_images([image])[0]
    vector.setflags(write=False)
    return vector


def _expired() -> InvalidQuery:
    return InvalidQuery(
        _("The picture you searched with has expired. Upload it again."),
        reason="query_picture_expired",
    )
