"""The accepted picture formats, recognised by content and never by name. Pure: no Pillow.

The decoder's child process gets a format's Pillow name from its parent and doesn't import this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# Enough for every signature below, and to recognise an SVG.
HEAD_BYTES = 1024


@dataclass(frozen=True, kw_only=True)
class PictureFormat:
    """One accepted format: Pillow's name for it, the media type, and the extension of stored
    files."""

    pillow_name: str
    media_type: str
    extension: str


JPEG = PictureFormat(pillow_name="JPEG", media_type="image/jpeg", extension="jpg")
PNG = PictureFormat(pillow_name="PNG", media_type="image/png", extension="png")
WEBP = PictureFormat(pillow_name="WEBP", media_type="image/webp", extension="webp")
GIF = PictureFormat(pillow_name="GIF", media_type="image/gif", extension="gif")
BMP = PictureFormat(pillow_name="BMP", media_type="image/bmp", extension="bmp")
TIFF = PictureFormat(pillow_name="TIFF", media_type="image/tiff", extension="tif")
HEIC = PictureFormat(pillow_name="HEIF", media_type="image/heic", extension="heic")
AVIF = PictureFormat(pillow_name="AVIF", media_type="image/avif", extension="avif")

ACCEPTED = (JPEG, PNG, WEBP, GIF, BMP, TIFF, HEIC, AVIF)
ACCEPTED_IN_WORDS = _("JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC or AVIF")

_SIGNATURES: tuple[tuple[bytes, PictureFormat], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"BM", BMP),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
)
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"heif"}

_OTHER_KINDS: tuple[tuple[bytes, StrPromise], ...] = (
    (b"%PDF", _("a PDF")),
    (b"\x1a\x45\xdf\xa3", _("a video")),
    (b"RIFF", _("a sound or video")),
    (b"8BPS", _("a Photoshop file")),
    (b"\x00\x00\x00\x0cjP  ", _("a JPEG 2000 picture")),
    (b"\xff\x0a", _("a JPEG XL picture")),
    (b"\x00\x00\x00\x0cJXL ", _("a JPEG XL picture")),
    (b"Rar!", _("a RAR archive")),
    (b"7z\xbc\xaf", _("a 7z archive")),
    (b"\x1f\x8b", _("a gzip archive")),
    (b"\x00\x00\x01\x00", _("an icon file")),
    (b"MZ", _("a program")),
    (b"\x7fELF", _("a program")),
    (b"ID3", _("a sound")),
    (b"OggS", _("a sound or video")),
)


def sniff(head: bytes) -> PictureFormat | None:
    """Return the accepted format that these first HEAD_BYTES of a file belong to, or None."""
    for signature, picture_format in _SIGNATURES:
        if head.startswith(signature):
            return picture_format
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        return _sniff_brands(head)
    return None


def _sniff_brands(head: bytes) -> PictureFormat | None:
    """Return HEIC or AVIF from the brands of an ISO media file; None for a video."""
    box_bytes = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, box_bytes - 3, 4))]
    if any(brand in _AVIF_BRANDS for brand in brands):
        return AVIF
    if any(brand in _HEIC_BRANDS for brand in brands):
        return HEIC
    return None


def is_zip(head: bytes) -> bool:
    """Return whether the file is a zip, including empty and spanned ones."""
    return head[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def describe_other(head: bytes) -> str | None:
    """Describe a file that is not an accepted picture in two or three words, or return None."""
    if _looks_like_svg(head):
        return gettext("an SVG drawing")
    if is_zip(head):
        return gettext("a zip")
    if head[4:8] == b"ftyp":
        return gettext("a video")
    for signature, words in _OTHER_KINDS:
        if head.startswith(signature):
            return str(words)
    return gettext("text") if _looks_like_text(head) else None


def _looks_like_svg(head: bytes) -> bool:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return text.startswith((b"<svg", b"<?xml", b"<!doctype svg", b"<!--")) and b"<svg" in text


def _looks_like_text(head: bytes) -> bool:
    if not head or b"\x00" in head:
        return False
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            return False
        text = head[: error.start].decode("utf-8")
    return all(letter.isprintable() or letter in "\t\r\n\f\ufeff" for letter in text)
