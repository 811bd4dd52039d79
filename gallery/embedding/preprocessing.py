"""Scale and crop a picture to the pixels that a model expects. Pure Pillow and NumPy.

Ingest has already checked every stored picture in a limited process; this module only scales.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageOps

from gallery.embedding.protocol import Pixels

ResizeMode = Literal["shortest", "longest", "squash"]


@dataclass(frozen=True, kw_only=True)
class Geometry:
    """How a model wants its pictures.

    `resize_to` is the length in pixels that the shortest or longest side gets before the crop to
    `height` x `width`; with `squash` the picture is stretched to them instead. `fill` (0 to 255)
    surrounds what the longest mode leaves empty.
    """

    height: int
    width: int
    resize_to: int
    mode: ResizeMode = "shortest"
    bilinear: bool = False
    fill: int = 0


def fit(image: PillowImage.Image, *, geometry: Geometry) -> Pixels:
    """Return the picture as uint8 [height, width, 3], scaled and cropped as the model was
    trained."""
    image = opaque_rgb(image)
    if geometry.mode == "squash":
        size = (geometry.width, geometry.height)
    else:
        size = _scaled(image.size, geometry=geometry)
    if size != image.size:
        resample = (
            PillowImage.Resampling.BILINEAR if geometry.bilinear else PillowImage.Resampling.BICUBIC
        )
        image = image.resize(size, resample)
    return np.asarray(_center(image, geometry=geometry), dtype=np.uint8)


def _scaled(size: tuple[int, int], *, geometry: Geometry) -> tuple[int, int]:
    """Return the size with the chosen side at `resize_to`, rounded as torchvision and open_clip
    do."""
    to = geometry.resize_to
    if geometry.mode == "shortest":
        side = min(size)
        return (max(1, size[0] * to // side), max(1, size[1] * to // side))
    side = max(size)
    return (max(1, round(size[0] * to / side)), max(1, round(size[1] * to / side)))


def _center(image: PillowImage.Image, *, geometry: Geometry) -> PillowImage.Image:
    """Crop to the centre, or pad the picture where it is smaller."""
    if image.size == (geometry.width, geometry.height):
        return image
    left = _offset(image.width - geometry.width)
    top = _offset(image.height - geometry.height)
    if left >= 0 and top >= 0:
        return image.crop((left, top, left + geometry.width, top + geometry.height))
    canvas = PillowImage.new("RGB", (geometry.width, geometry.height), (geometry.fill,) * 3)
    canvas.paste(image, (-left, -top))
    return canvas


def _offset(surplus: int) -> int:
    """Return where the centre starts. Like torchvision, round for cropping and round down for
    padding."""
    return round(surplus / 2) if surplus >= 0 else -(-surplus // 2)


def opaque_rgb(image: PillowImage.Image) -> PillowImage.Image:
    """Convert to 8-bit RGB, with transparent parts on white as on pages."""
    if image.mode == "RGB":
        return image
    if image.mode.startswith("I;16"):
        image = PillowImage.fromarray((np.asarray(image, dtype=np.uint16) >> 8).astype(np.uint8))
    elif image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        backdrop = PillowImage.new("RGBA", image.size, "white")
        return PillowImage.alpha_composite(backdrop, image).convert("RGB")
    return image.convert("RGB")


def open_small(file: object, *, at_least: int) -> PillowImage.Image:
    """Decode a stored picture no larger than a model needs, upright and loaded.

    A JPEG is decoded at a fraction of its size (`draft`), never below twice `at_least` pixels on
    the short side, which leaves the vectors unchanged and saves three quarters of the time. Raise
    OSError, ValueError or SyntaxError for bytes that are no picture.
    """
    image = PillowImage.open(file)  # type: ignore[arg-type]
    image.draft("RGB", (2 * at_least, 2 * at_least))
    image.load()
    return ImageOps.exif_transpose(image)


def stack(pixels: Sequence[Pixels]) -> Pixels:
    """uint8 [n, height, width, 3] of prepared pictures."""
    return np.stack(pixels)


def sample_card(count: int, *, height: int, width: int) -> Pixels:
    """Return deterministic, photograph-like pictures (smooth patches and fine grain) for timing
    models: uint8 [count, height, width, 3]."""
    random = np.random.default_rng(0)
    cards = []
    for _ in range(count):
        patches = PillowImage.fromarray(random.integers(0, 256, (6, 6, 3), dtype=np.uint8))
        smooth = np.asarray(patches.resize((width, height), PillowImage.Resampling.BICUBIC))
        grain = random.integers(-12, 13, smooth.shape)
        cards.append(np.clip(smooth + grain, 0, 255).astype(np.uint8))
    return np.stack(cards)
