"""The starter encoder: text and pictures in one space with no network, from pip packages alone.

The two towers load separately, each when first needed: a web process that only encodes text never
loads the image model. The recipe is in starter_space.py.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from gallery.embedding import preprocessing as px
from gallery.embedding.catalog import CATALOG
from gallery.embedding.device import Lanes, Mode, fixed_mode, shared_lanes, use_threads
from gallery.embedding.protocol import Pixels, Vectors
from gallery.embedding.starter_image import GEOMETRY, Seen, load_network, run_network
from gallery.embedding.starter_space import DIMENSION, Space, load_space
from gallery.embedding.starter_text import SentenceTower

# Always full precision, unless EMBEDDING_PRECISION says otherwise: in bf16 the features agree only
# to a cosine of .992, below what device.py accepts. Small batches stay in a processor's cache: of 1
# to 16, measured, 2 to 4 are the fastest.
CPU_BATCH = 2
GPU_BATCH = 64


class StarterEncoder:
    """EfficientNet-Lite2 and MiniLM joined by ImageNet's class descriptions."""

    spec = CATALOG[0].spec

    def __init__(self) -> None:
        use_threads()
        self._lock = threading.Lock()
        self._sentences: SentenceTower | None = None
        self._space: Space | None = None
        self._tower: tuple[Any, Mode, Lanes | None] | None = None

    @property
    def batch_size(self) -> int:
        """The number of pictures in one forward pass on this device."""
        return self._image_tower()[1].batch_size

    def prepare(self, image: PillowImage.Image) -> Pixels:
        """uint8 [260, 260, 3]."""
        return px.fit(image, geometry=GEOMETRY)

    def encode_prepared(self, pixels: Sequence[Pixels]) -> Vectors:
        """Return float32 [n, 896] with rows of unit length, for prepared pictures."""
        if not pixels:
            return np.zeros((0, DIMENSION), dtype=np.float32)
        network, mode, lanes = self._image_tower()

        def forward(batch: Pixels) -> Seen:
            return run_network(network, batch, device=mode.device, precision=mode.precision)

        size = mode.batch_size
        batches = [px.stack(pixels[i : i + size]) for i in range(0, len(pixels), size)]
        seen = lanes.map(forward, batches) if lanes else [forward(batch) for batch in batches]
        _, space = self._text_tower()
        return space.place_images(
            np.concatenate([features for features, _ in seen]),
            np.concatenate([logits for _, logits in seen]),
        )

    def encode_images(self, images: Sequence[PillowImage.Image]) -> Vectors:
        """Return float32 [n, 896] with rows of unit length."""
        return self.encode_prepared([self.prepare(image) for image in images])

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Return float32 [n, 896] with rows of unit length; the last 512 numbers are zero."""
        if not texts:
            return np.zeros((0, DIMENSION), dtype=np.float32)
        sentences, space = self._text_tower()
        return space.place_texts(sentences.encode(texts))

    def _text_tower(self) -> tuple[SentenceTower, Space]:
        if self._sentences is None or self._space is None:
            with self._lock:
                sentences = self._sentences or SentenceTower()
                self._space = self._space or load_space(sentences)
                self._sentences = sentences
        return self._sentences, self._space

    def _image_tower(self) -> tuple[Any, Mode, Lanes | None]:
        if self._tower is None:
            with self._lock:
                self._tower = self._tower or _load_image_tower()
        return self._tower


def _load_image_tower() -> tuple[Any, Mode, Lanes | None]:
    import torch

    mode = fixed_mode(cpu_batch=CPU_BATCH, gpu_batch=GPU_BATCH)
    dtype = torch.bfloat16 if mode.precision == "bf16" else torch.float32
    network = load_network().to(mode.device, dtype)
    return network, mode, shared_lanes() if mode.device == "cpu" else None


def load(_key: str) -> StarterEncoder:
    """Return the loader that settings.ENCODER_ADAPTERS names; raises EncoderUnavailable.

    The text tower is loaded at once, so that a missing package is noticed here.
    """
    encoder = StarterEncoder()
    encoder._text_tower()
    return encoder
