"""Signed URLs of renditions, so that showing a page of thumbnails needs no permission queries.

Anyone who may see a picture's row gets a signed URL; the view that streams the file checks the
signature instead of the user. A URL stays the same for a whole window, so that browsers can use
their caches, and expires at most one window later. A URL made for everyone stops working as soon as
its collection is no longer public. May be used by views, the API, the admin and templates.
"""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass

from django.core.cache import cache
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from gallery.models import RENDITION_WIDTHS, Collection, Image, Visibility

HOUR_S = 3600
# A URL works for one to two windows. Private windows are short: a URL that leaked, or whose holder
# lost access, must expire soon. Public ones are longer, for browsers' caches, but a picture moved
# to the trash must not stay reachable for weeks.
PRIVATE_WINDOW_S = 6 * HOUR_S
PUBLIC_WINDOW_S = 24 * HOUR_S
# How long to remember that a collection is public, so that a page of sixty thumbnails costs one
# query.
PUBLIC_REMEMBERED_S = 2
# 128 bits of the HMAC cannot be guessed and keep URLs short.
SIGNATURE_BYTES = 16
_SALT = "gallery.delivery"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a valid signature allows: the audience it was made for, and its expiry (epoch s)."""

    expires_at: int
    public_in: int | None
    """The public collection of the picture, or None for a private URL."""

    @property
    def is_public(self) -> bool:
        """Whether anyone may see the picture and any cache may store it."""
        return self.public_in is not None

    def seconds_left(self) -> int:
        """How long a cache may keep the response to this URL."""
        return max(0, self.expires_at - int(time.time()))


def rendition_url(image: Image, *, width: int) -> str:
    """Return the signed URL of a rendition. Give it only to someone who may see the picture.

    Reads image.collection: use select_related("collection").
    """
    public_in = image.collection_id if image.collection.is_public else None
    signature = sign(image.sha256, public_in=public_in)
    return reverse(
        "gallery:rendition",
        kwargs={"signature": signature, "sha256": image.sha256, "width": width},
    )


def sign(sha256: str, *, public_in: int | None) -> str:
    """Return the signature part of a URL: audience, expiry and HMAC."""
    window = PRIVATE_WINDOW_S if public_in is None else PUBLIC_WINDOW_S
    # The windows of pictures start at different times, so that caches do not all expire at once.
    offset = int(sha256[:8], 16) % window
    expires_at = ((int(time.time()) + offset) // window + 2) * window - offset
    audience = "m" if public_in is None else f"p{public_in:x}"
    stamp = f"{audience}-{expires_at:x}"
    return f"{stamp}.{_hmac(stamp, sha256)}"


def check(signature: str, *, sha256: str) -> Grant | None:
    """Return what the signature grants for this picture; None if it is forged or has expired."""
    stamp, _, given = signature.partition(".")
    # Everything up to the comparison is untrusted input.
    if not constant_time_compare(given, _hmac(stamp, sha256)):
        return None
    audience, _, expiry = stamp.partition("-")
    public_in = int(audience[1:], 16) if audience.startswith("p") else None
    grant = Grant(expires_at=int(expiry, 16), public_in=public_in)
    return grant if grant.seconds_left() else None


def is_in_force(grant: Grant) -> bool:
    """Whether the collection of a URL made for everyone is still public.

    Costs one query per collection in PUBLIC_REMEMBERED_S, and none for private URLs.
    """
    if grant.public_in is None:
        return True
    key = f"delivery-public-{grant.public_in}"
    if cache.get(key):
        return True
    public = Collection.objects.filter(pk=grant.public_in, visibility=Visibility.PUBLIC).exists()
    if public:
        cache.set(key, True, PUBLIC_REMEMBERED_S)
    return public


def _hmac(stamp: str, sha256: str) -> str:
    digest = salted_hmac(_SALT, f"{stamp}/{sha256}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:SIGNATURE_BYTES]).decode().rstrip("=")


def sources(image: Image) -> list[tuple[str, int]]:
    """Return all renditions as (URL, actual width in pixels), smallest first, for srcset.

    Renditions are never larger than the picture, so of those with equal widths only one is listed.
    """
    # Sign and reverse once for all widths: a page has sixty pictures.
    first = rendition_url(image, width=RENDITION_WIDTHS[0])
    stem = first.removesuffix(f"{RENDITION_WIDTHS[0]}.webp")
    found: dict[int, str] = {}
    for width in RENDITION_WIDTHS:
        found.setdefault(min(width, image.width), f"{stem}{width}.webp")
    return [(address, width) for width, address in found.items()]
