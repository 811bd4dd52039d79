"""Convert any picture mode to upright 8-bit sRGB on white, at the sizes that pages show.

Runs in the decoder's child process (and in tests); imports Pillow and the EXIF reader only.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from PIL import Image, ImageCms

from gallery.ingest.exif import orientation_of

# WebP's fastest method: 3.8 ms for 512 px where method 4 takes 15, for some 5% more bytes.
WEBP_METHOD = 0
WEBP_QUALITY = 80
# A copy is at most this many times as high as it is wide, so that very tall pictures fit WebP.
MAX_HEIGHT_TO_WIDTH = 4

# MPO, which some phones write, is JPEG with more pictures after the first.
_SCALABLE = {"JPEG", "MPO"}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = {5, 6, 7, 8}


def upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Return width and height after the orientation is applied."""
    return (size[1], size[0]) if orientation in _SIDEWAYS else size


def fitted_size(size: tuple[int, int], width: int) -> tuple[int, int]:
    """Return the size of the copy at a given width, in proportion and never larger than the
    picture."""
    scale = min(1.0, width / size[0], width * MAX_HEIGHT_TO_WIDTH / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def load_unless_scalable(image: Image.Image) -> None:
    """Decode the picture, unless it is a JPEG, which can be decoded smaller once the size is known.

    Call this before reading EXIF: a PNG can store some of it after the pixels, and Pillow would
    then decode them and hide errors.
    """
    if image.format not in _SCALABLE:
        image.load()


def to_display(image: Image.Image, *, width: int) -> Image.Image:
    """Return the picture upright, in sRGB and on white, at most `width` wide. Decode it once.

    A JPEG is decoded at the smallest eighth that still holds the wanted size. Other pictures are
    scaled down before their colours are converted, because conversion costs time per pixel.
    """
    orientation = orientation_of(image)
    profile = image.info.get("icc_profile")
    target = upright_size(fitted_size(upright_size(image.size, orientation), width), orientation)
    if image.format in _SCALABLE:
        image.draft(None, target)
    image.load()
    small = _resized(_plain_mode(image), target)
    flat = _on_white(_to_srgb(small, profile))
    turn = _TURNS.get(orientation)
    return flat if turn is None else flat.transpose(turn)


def webp_copies(image: Image.Image, widths: Sequence[int]) -> dict[int, bytes]:
    """Return the picture (from to_display) as WebP at each width, without metadata.

    A picture narrower than a width is not enlarged: its copies there are the same bytes.
    """
    copies: dict[int, bytes] = {}
    made: dict[tuple[int, int], bytes] = {}
    full_size = image.size
    for width in sorted(widths, reverse=True):
        target = fitted_size(full_size, width)
        image = _resized(image, target)
        if target not in made:
            made[target] = _webp(image)
        copies[width] = made[target]
    return copies


def _webp(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(
        buffer, "WEBP", quality=WEBP_QUALITY, method=WEBP_METHOD, exif=b"", icc_profile=b"", xmp=b""
    )
    return buffer.getvalue()


def _resized(image: Image.Image, target: tuple[int, int]) -> Image.Image:
    if image.size == target:
        return image
    return image.resize(target, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _plain_mode(image: Image.Image) -> Image.Image:
    """Convert to L, LA, RGB, RGBA, CMYK or LAB: modes that can be scaled down without loss."""
    if image.mode in {"L", "RGB", "RGBA", "LA", "CMYK", "LAB"}:
        if "transparency" in image.info and image.mode in {"L", "RGB"}:
            return image.convert("RGBA")
        return image
    if image.mode.startswith("I;16"):
        return _scaled_to_8_bit(image.convert("I"), low=0.0, high=65535.0)
    if image.mode in {"I", "F"}:
        return _scaled_to_8_bit(image, *_range(image))
    if image.mode in {"P", "PA"}:
        return image.convert("RGBA" if _palette_is_transparent(image) else "RGB")
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGBA" if image.mode in {"RGBa", "La"} else "RGB")


def _palette_is_transparent(image: Image.Image) -> bool:
    palette = image.palette
    has_alpha = palette is not None and palette.mode == "RGBA"
    return image.mode == "PA" or has_alpha or "transparency" in image.info


def _range(image: Image.Image) -> tuple[float, float]:
    """Return black and white of a 32-bit picture: 0 to 1, 255 or 65535 if the values fit, otherwise
    their extremes."""
    extremes: Any = image.getextrema()
    low, high = (float(value) for value in extremes)
    if low != low or high != high or low in (float("-inf"), float("inf")):
        raise ValueError("the picture holds values that are not numbers")
    for white in (1.0, 255.0, 65535.0):
        if low >= 0 and high <= white:
            return 0.0, white
    return low, high


def _scaled_to_8_bit(image: Image.Image, low: float, high: float) -> Image.Image:
    scale = 255.0 / (high - low) if high > low else 0.0
    return image.point(lambda value: value * scale - low * scale).convert("L")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert to RGB, or RGBA if there is transparency, applying the picture's colour profile."""
    if image.mode in {"LA", "RGBA"}:
        colour, alpha = image.convert("RGBA"), image.getchannel("A")
        base = colour.convert("RGB") if image.mode == "RGBA" else image.getchannel("L")
        converted = _to_srgb(base, profile)
        converted.putalpha(alpha)
        return converted
    if image.mode == "LAB" and not profile:
        return _lab_to_srgb(image)
    if profile:
        try:
            return _apply(image, _transform(profile, image.mode))
        except (ImageCms.PyCMSError, ValueError, TypeError, OSError):
            pass  # a broken or unsuitable profile: use the values as they are
    return image.convert("RGB")


def _apply(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    converted = ImageCms.applyTransform(image, transform)
    return image.convert("RGB") if converted is None else converted


def _lab_to_srgb(image: Image.Image) -> Image.Image:
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return _apply(image, ImageCms.buildTransform(lab, srgb, "LAB", "RGB"))


# The pictures of one camera share a profile: building the transform once is enough.
@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert("RGB")
