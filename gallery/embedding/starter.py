"""The starter encoder: text and pictures in one space with no network, from pip packages alone.

The two towers load apart, each when first needed: a web process that only answers words never
pays for the image model. The recipe is in starter_space.py.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from gallery.embedding import pixels as px
from gallery.embedding.catalog import CATALOG
from gallery.embedding.device import Mode, Precision, choose_mode, use_threads
from gallery.embedding.protocol import Pixels, Vectors
from gallery.embedding.starter_image import GEOMETRY, SIDE, load_network, run_network
from gallery.embedding.starter_space import DIMENSION, Space, load_space
from gallery.embedding.starter_text import SentenceTower


class StarterEncoder:
    """EfficientNet-Lite2 and MiniLM joined by ImageNet's class descriptions."""

    spec = CATALOG[0].spec

    def __init__(self) -> None:
        use_threads()
        self._lock = threading.Lock()
        self._sentences: SentenceTower | None = None
        self._space: Space | None = None
        self._network: Any = None
        self._mode: Mode | None = None

    @property
    def batch_size(self) -> int:
        """How many pictures make one forward pass on this device."""
        return self._image_tower()[1].batch_size

    def prepare(self, image: PillowImage.Image) -> Pixels:
        """uint8 [260, 260, 3]."""
        return px.fit(image, geometry=GEOMETRY)

    def encode_prepared(self, pixels: Sequence[Pixels]) -> Vectors:
        """float32 [n, 896], rows of unit length, for prepared pictures."""
        network, mode = self._image_tower()
        rows = [np.zeros((0, DIMENSION), dtype=np.float32)]
        for start in range(0, len(pixels), mode.batch_size):
            batch = px.stack(pixels[start : start + mode.batch_size])
            rows.append(self._place(network, batch, device=mode.device, precision=mode.precision))
        return np.concatenate(rows)

    def encode_images(self, images: Sequence[PillowImage.Image]) -> Vectors:
        """float32 [n, 896], rows of unit length."""
        return self.encode_prepared([self.prepare(image) for image in images])

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """float32 [n, 896], rows of unit length; the last 512 numbers are zero."""
        if not texts:
            return np.zeros((0, DIMENSION), dtype=np.float32)
        sentences, space = self._text_tower()
        return space.place_texts(sentences.encode(texts))

    def _place(self, network: Any, batch: Pixels, *, device: str, precision: Precision) -> Vectors:
        features, logits = run_network(network, batch, device=device, precision=precision)
        return self._text_tower()[1].place_images(features, logits)

    def _text_tower(self) -> tuple[SentenceTower, Space]:
        if self._sentences is None or self._space is None:
            with self._lock:
                sentences = self._sentences or SentenceTower()
                self._space = self._space or load_space(sentences)
                self._sentences = sentences
        return self._sentences, self._space

    def _image_tower(self) -> tuple[Any, Mode]:
        self._text_tower()
        if self._network is None or self._mode is None:
            with self._lock:
                if self._network is None or self._mode is None:
                    self._mode, self._network = self._fastest_network()
        return self._network, self._mode

    def _fastest_network(self) -> tuple[Mode, Any]:
        """Times the network in every mode (once a machine) and keeps the best one's copy."""
        plain = load_network()
        copies: dict[tuple[str, Precision], Any] = {}

        def network_for(mode: Mode) -> Any:
            kind = (mode.device, mode.precision)
            if kind not in copies:
                copies[kind] = _moved(plain, mode)
            return copies[kind]

        def trial(mode: Mode) -> Vectors:
            cards = px.sample_card(mode.batch_size, height=SIDE, width=SIDE)
            network = network_for(mode)
            return self._place(network, cards, device=mode.device, precision=mode.precision)

        mode = choose_mode(self.spec.key, trial=trial)
        return mode, network_for(mode)


def _moved(network: Any, mode: Mode) -> Any:
    import torch

    dtype = torch.bfloat16 if mode.precision == "bf16" else torch.float32
    return copy.deepcopy(network).to(mode.device, dtype)


def load(_key: str) -> StarterEncoder:
    """The loader that settings.ENCODER_ADAPTERS names; raises EncoderUnavailable.

    The text tower is loaded at once, so that a missing package is found out here.
    """
    encoder = StarterEncoder()
    encoder._text_tower()
    return encoder
