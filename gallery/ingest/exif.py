"""The few EXIF facts worth showing: when a picture was taken, with which camera, and the exposure.
Never where.

Runs in the decoder's child process (and in tests); imports Pillow and nothing of the site.
"""

from __future__ import annotations

import math
import re
import struct
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image

# Longest text taken from EXIF, in characters: real camera and lens names are far shorter.
MAX_TEXT_CHARACTERS = 100
# The first photograph is from 1826: earlier dates come from cameras whose clock was never set.
MIN_YEAR = 1827

# What Pillow raises on broken EXIF. The picture itself may be fine.
_BROKEN = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)

_DATE = re.compile(r"(\d{4}):(\d\d):(\d\d)[ T](\d\d):(\d\d):(\d\d)")
# No time zone is further from UTC, and PostgreSQL rejects offsets of 16 hours.
_OFFSET = re.compile(r"[+-](0\d|1[0-4]):[0-5]\d")


def orientation_of(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 if it is missing or invalid."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _BROKEN:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def read_facts(image: Image.Image) -> dict[str, str | int | float]:
    """Return those of taken_at, camera, lens, exposure_s, f_number, iso and focal_length_mm that
    are present and valid. taken_at is ISO 8601, with an offset only if the camera wrote one."""
    try:
        base = image.getexif()
        tags: dict[int, Any] = {**base, **base.get_ifd(ExifTags.IFD.Exif)}
    except _BROKEN:
        return {}
    facts = {
        "taken_at": _taken_at(tags),
        "camera": _camera(tags),
        "lens": _text(tags.get(ExifTags.Base.LensModel)),
        "exposure_s": _number(tags.get(ExifTags.Base.ExposureTime)),
        "f_number": _number(tags.get(ExifTags.Base.FNumber)),
        "iso": _number(tags.get(ExifTags.Base.ISOSpeedRatings)),
        "focal_length_mm": _number(tags.get(ExifTags.Base.FocalLength)),
    }
    return {name: value for name, value in facts.items() if value}


def _taken_at(tags: dict[int, Any]) -> str:
    text = _text(tags.get(ExifTags.Base.DateTimeOriginal) or tags.get(ExifTags.Base.DateTime))
    match = _DATE.match(text)
    if match is None:
        return ""
    offset = _text(tags.get(ExifTags.Base.OffsetTimeOriginal))
    year, month, day, hour, minute, second = match.groups()
    iso = f"{year}-{month}-{day}T{hour}:{minute}:{second}"
    iso += offset if _OFFSET.fullmatch(offset) else ""
    try:
        return iso if datetime.fromisoformat(iso).year >= MIN_YEAR else ""
    except ValueError:
        return ""


def _camera(tags: dict[int, Any]) -> str:
    make = _text(tags.get(ExifTags.Base.Make))
    model = _text(tags.get(ExifTags.Base.Model))
    brand = make.split(" ", 1)[0]
    if not brand or model.lower().startswith(brand.lower()):
        return model or make
    return f"{make} {model}".strip()[:MAX_TEXT_CHARACTERS]


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    ended = value.split("\x00", 1)[0].encode("utf-8", "replace").decode("utf-8")
    visible = "".join(letter if letter.isprintable() else " " for letter in ended)
    return " ".join(visible.split())[:MAX_TEXT_CHARACTERS]


def _number(value: object) -> int | float:
    if isinstance(value, (tuple, list)) and value:
        value = value[0]
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError):
        return 0
    if not math.isfinite(number) or not 0 < number < 1e9:
        return 0
    return int(number) if number == int(number) else round(number, 6)
