"""A picture's appearance in a few bytes: a perceptual hash and an average colour.

Runs in the decoder's child process (and in tests); imports Pillow and nothing of the site.
"""

from __future__ import annotations

import math

from PIL import Image

# The hash keeps the 8 x 8 lowest frequencies of a 32 x 32 picture: 64 bits.
SAMPLE_SIDE = 32
HASH_SIDE = 8

_COSINES = [
    [math.cos(math.pi * (2 * x + 1) * u / (2 * SAMPLE_SIDE)) for x in range(SAMPLE_SIDE)]
    for u in range(HASH_SIDE)
]


def perceptual_hash(image: Image.Image) -> int:
    """Return the DCT hash (pHash, Zauner 2010) as a signed 64-bit integer; similar pictures have
    hashes a few bits apart.

    Each bit is set if one low frequency is above the median of all of them. The first one, the mean
    brightness, is left out of the median because it dwarfs the rest.
    """
    pixels = list(
        image.convert("L").resize((SAMPLE_SIDE, SAMPLE_SIDE), Image.Resampling.BOX).tobytes()
    )
    rows = [pixels[at : at + SAMPLE_SIDE] for at in range(0, len(pixels), SAMPLE_SIDE)]
    across = [[_dot(row, cosine) for cosine in _COSINES] for row in rows]
    columns = [[line[u] for line in across] for u in range(HASH_SIDE)]
    low = [_dot(column, cosine) for cosine in _COSINES for column in columns]
    ranked = sorted(low[1:])
    median = ranked[len(ranked) // 2]
    value = 0
    for frequency in low:
        value = value << 1 | (frequency > median)
    return value - (1 << 64) if value >> 63 else value


def average_color(image: Image.Image) -> str:
    """Return the mean colour as #rrggbb, for the placeholder."""
    red, green, blue = image.resize((1, 1), Image.Resampling.BOX).convert("RGB").tobytes()
    return f"#{red:02x}{green:02x}{blue:02x}"


def _dot(values: list[float] | list[int], weights: list[float]) -> float:
    return sum(value * weight for value, weight in zip(values, weights, strict=True))
