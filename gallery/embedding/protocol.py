"""The interface of every encoder. Imports no model library; anything above embedding may import
it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Vectors = NDArray[np.float32]
Pixels = NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class EncoderSpec:
    """The properties of an encoder, shown to admins and stored with its vectors.

    `image_size` is the side in pixels that the model sees, `size_bytes` what must be downloaded
    (0: nothing), `text_context` the most tokens of a text that count.
    """

    key: str
    name: str
    dimension: int
    image_size: int
    licence: str
    size_bytes: int
    text_context: int
    description: str | StrPromise


class EncoderBackend(Protocol):
    """Maps pictures and texts into one space. Safe to call from several threads.

    All vectors are float32 rows of unit length; an empty input gives shape (0, dimension).
    `prepare` is the work on a picture that needs no model (scaling and cropping to an array of a
    fixed shape). It may run in threads while `encode_prepared` keeps the device busy.
    `encode_images` does both.
    """

    @property
    def spec(self) -> EncoderSpec: ...

    @property
    def batch_size(self) -> int:
        """The number of pictures in one forward pass on this device."""
        ...

    def prepare(self, image: PillowImage.Image) -> Pixels: ...

    def encode_prepared(self, pixels: Sequence[Pixels]) -> Vectors: ...

    def encode_images(self, images: Sequence[PillowImage.Image]) -> Vectors: ...

    def encode_texts(self, texts: Sequence[str]) -> Vectors: ...


def unit_rows(vectors: Vectors) -> Vectors:
    """Return the rows scaled to length 1; a row of zeros becomes the first axis, never NaN."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled = vectors / np.maximum(lengths, 1e-12)
    scaled[lengths[:, 0] < 1e-12, :1] = 1.0
    return np.asarray(scaled, dtype=np.float32)
