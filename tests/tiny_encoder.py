"""A real but tiny encoder for tests: colours and brightness, no model library, a millisecond.

Pictures and texts meet in a histogram over named colours, so a picture of mostly red is near the
word “red”, and a blend of “red” and “blue” is near pictures that show both. The other dimensions
distinguish pictures of the same colours by the position of the colours, and texts by their words;
the two never overlap.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PIL import Image as PillowImage

from gallery.embedding.protocol import EncoderSpec, Pixels, Vectors, unit_rows

DIMENSION = 64
SIDE = 8
COLOURS = {
    "red": (220, 30, 30),
    "green": (30, 160, 50),
    "blue": (30, 60, 220),
    "yellow": (240, 220, 40),
    "orange": (245, 140, 20),
    "purple": (130, 40, 170),
    "pink": (250, 150, 190),
    "brown": (120, 75, 35),
    "cyan": (40, 210, 220),
    "black": (10, 10, 10),
    "grey": (128, 128, 128),
    "white": (245, 245, 245),
}
WORDS = {name: index for index, name in enumerate(COLOURS)} | {
    "gray": 10, "violet": 5, "turquoise": 8, "dark": 9, "bright": 11, "sky": 2, "grass": 1,
    "sun": 3, "fire": 0, "snow": 11, "night": 9,
}  # fmt: skip
PALETTE = np.array(list(COLOURS.values()), dtype=np.float32)
COLOUR_COUNT = len(COLOURS)
# Dimensions 12 to 47 hold the positions of the colours (3 x 3 cells of 4 numbers); 48 to 63 the
# words.
PLACE = slice(COLOUR_COUNT, COLOUR_COUNT + 36)
WORD = slice(48, 64)
# Small, so that colours decide which vectors are near.
PLACE_WEIGHT = 0.25
WORD_WEIGHT = 0.2


class TinyEncoder:
    """Compares pictures and texts by colour. Deterministic on every machine."""

    spec = EncoderSpec(
        key="tiny",
        name="Tiny (tests only)",
        dimension=DIMENSION,
        image_size=SIDE,
        licence="MIT",
        size_bytes=0,
        text_context=1000,
        description="Knows a dozen colours.",
    )
    batch_size = 16

    def prepare(self, image: PillowImage.Image) -> Pixels:
        """Return uint8 [8, 8, 3]."""
        small = image.convert("RGB").resize((SIDE, SIDE), PillowImage.Resampling.BOX)
        return np.asarray(small, dtype=np.uint8)

    def encode_prepared(self, pixels: Sequence[Pixels]) -> Vectors:
        """Return float32 [n, 64], rows of unit length."""
        rows = np.zeros((len(pixels), DIMENSION), dtype=np.float32)
        for row, picture in zip(rows, pixels, strict=True):
            self._fill(row, picture.astype(np.float32))
        return unit_rows(rows) if len(rows) else rows

    def encode_images(self, images: Sequence[PillowImage.Image]) -> Vectors:
        """Return float32 [n, 64], rows of unit length."""
        return self.encode_prepared([self.prepare(image) for image in images])

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Return float32 [n, 64], rows of unit length."""
        rows = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                if word in WORDS:
                    row[WORDS[word]] += 1.0
                else:
                    digest = hashlib.blake2b(word.encode(), digest_size=16).digest()
                    row[WORD] += WORD_WEIGHT * (np.frombuffer(digest, np.uint8) / 127.5 - 1.0)
        return unit_rows(rows) if len(rows) else rows

    @staticmethod
    def _fill(row: np.ndarray, picture: np.ndarray) -> None:
        distance = np.linalg.norm(picture.reshape(-1, 1, 3) - PALETTE, axis=2)
        row[:COLOUR_COUNT] = np.bincount(distance.argmin(1), minlength=COLOUR_COUNT) / SIDE**2
        edges = np.linspace(0, SIDE, 4).astype(int)
        cells = [
            picture[top:bottom, left:right].mean(axis=(0, 1)) / 255 - 0.5
            for top, bottom in pairwise(edges)
            for left, right in pairwise(edges)
        ]
        whole = picture.mean(axis=(0, 1)) / 255 - 0.5
        offsets = [np.append(cell - whole, np.abs(cell - whole).sum()) for cell in cells]
        row[PLACE] = PLACE_WEIGHT * np.concatenate(offsets)


def load(_key: str) -> TinyEncoder:
    """Return the loader that settings.ENCODER_ADAPTERS names."""
    return TinyEncoder()
