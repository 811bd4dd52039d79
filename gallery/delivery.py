"""Addresses of renditions that carry their own permission, so that a page of thumbnails costs none.

Whoever may see a picture's row gets a signed address; the view that streams the file checks the
signature instead of asking who is there. Addresses stay the same for a whole window, so that
browsers keep hitting their caches, and end one window later at most. An address made for everybody
ends at once when its collection is no longer public. May be used by views, the API, the admin and
templates.
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
# An address handed out works for one to two windows. Private ones are short: an address that
# leaked, or whose holder lost access, must end soon. Public ones are longer, for browsers' caches,
# yet a picture that goes to the trash must not stay reachable for weeks.
PRIVATE_WINDOW_S = 6 * HOUR_S
PUBLIC_WINDOW_S = 24 * HOUR_S
# A collection known to be public is not asked for again for this long: a page of sixty thumbnails
# costs one query.
PUBLIC_REMEMBERED_S = 2
# 128 bits of the HMAC are beyond guessing and keep addresses short.
SIGNATURE_BYTES = 16
_SALT = "gallery.delivery"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a valid signature allows: which audience it was made for and until when (epoch s)."""

    expires_at: int
    public_in: int | None
    """The public collection whose picture it is; None for an address of its own viewer."""

    @property
    def is_public(self) -> bool:
        """Whether anybody may hold, and any cache may keep, what it shows."""
        return self.public_in is not None

    def seconds_left(self) -> int:
        """How long a cache may keep what it got by this address."""
        return max(0, self.expires_at - int(time.time()))


def rendition_url(image: Image, *, width: int) -> str:
    """The signed address of one rendition. Give it only to somebody who may see the picture.

    Reads image.collection: select it together with the picture.
    """
    public_in = image.collection_id if image.collection.is_public else None
    signature = sign(image.sha256, public_in=public_in)
    return reverse(
        "gallery:rendition",
        kwargs={"signature": signature, "sha256": image.sha256, "width": width},
    )


def sign(sha256: str, *, public_in: int | None) -> str:
    """The signature part of an address: audience, expiry and HMAC."""
    window = PRIVATE_WINDOW_S if public_in is None else PUBLIC_WINDOW_S
    # Each picture's windows start at another moment, so that not all caches empty at once.
    offset = int(sha256[:8], 16) % window
    expires_at = ((int(time.time()) + offset) // window + 2) * window - offset
    audience = "m" if public_in is None else f"p{public_in:x}"
    stamp = f"{audience}-{expires_at:x}"
    return f"{stamp}.{_hmac(stamp, sha256)}"


def check(signature: str, *, sha256: str) -> Grant | None:
    """What the signature grants for this picture; None if it is forged or has ended."""
    stamp, _, given = signature.partition(".")
    # All bytes before the comparison are the visitor's own.
    if not constant_time_compare(given, _hmac(stamp, sha256)):
        return None
    audience, _, expiry = stamp.partition("-")
    public_in = int(audience[1:], 16) if audience.startswith("p") else None
    grant = Grant(expires_at=int(expiry, 16), public_in=public_in)
    return grant if grant.seconds_left() else None


def is_in_force(grant: Grant) -> bool:
    """Whether the collection of an address made for everybody is public still.

    One query for each collection and process in PUBLIC_REMEMBERED_S; none for private addresses.
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
    """All renditions as (address, true width in pixels), smallest first, for srcset.

    Renditions are never larger than the picture: of those that would be equal, one is named.
    """
    # One signature and one reverse for all: a page has sixty pictures.
    first = rendition_url(image, width=RENDITION_WIDTHS[0])
    stem = first.removesuffix(f"{RENDITION_WIDTHS[0]}.webp")
    found: dict[int, str] = {}
    for width in RENDITION_WIDTHS:
        found.setdefault(min(width, image.width), f"{stem}{width}.webp")
    return [(address, width) for width, address in found.items()]
