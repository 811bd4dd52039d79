"""The arithmetic of the starter's space, with small constants in place of the real ones."""

import numpy as np
import pytest

from gallery.embedding.starter_image import CLASSES, FEATURES
from gallery.embedding.starter_space import (
    DIMENSION,
    KEPT_CLASSES,
    LOOK_SHARE,
    LOOK_WIDTH,
    Space,
    class_weights,
)
from gallery.embedding.starter_text import WIDTH


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.fixture
def space(rng):
    return Space(
        mean=np.full(WIDTH, 0.5, dtype=np.float32),
        classes=rng.normal(size=(CLASSES, WIDTH)).astype(np.float32),
        look=rng.normal(size=(FEATURES, LOOK_WIDTH)).astype(np.float32),
    )


def test_the_likeliest_classes_share_all_the_weight(rng):
    logits = rng.normal(scale=5, size=(3, CLASSES)).astype(np.float32)
    weights = class_weights(logits)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
    assert ((weights > 0).sum(axis=1) == KEPT_CLASSES).all()
    for row, scores in zip(weights, logits, strict=True):
        assert set(np.flatnonzero(row)) == set(np.argsort(scores)[-KEPT_CLASSES:])


def test_weights_of_very_confident_classifiers_stay_finite():
    logits = np.zeros((1, CLASSES), dtype=np.float32)
    logits[0, 7] = 5000
    assert class_weights(logits)[0, 7] == 1


def test_texts_have_unit_length_and_no_look(space, rng):
    placed = space.place_texts(rng.normal(size=(4, WIDTH)).astype(np.float32))
    assert placed.shape == (4, DIMENSION)
    np.testing.assert_allclose(np.linalg.norm(placed, axis=1), 1, rtol=1e-5)
    assert not placed[:, WIDTH:].any()


def test_pictures_have_unit_length_with_the_given_share_for_the_look(space, rng):
    features = rng.normal(size=(4, FEATURES)).astype(np.float32)
    logits = rng.normal(size=(4, CLASSES)).astype(np.float32)
    placed = space.place_images(features, logits)
    assert placed.shape == (4, DIMENSION)
    np.testing.assert_allclose(np.linalg.norm(placed, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose((placed[:, WIDTH:] ** 2).sum(axis=1), LOOK_SHARE, rtol=1e-4)


def test_a_picture_of_one_class_has_the_vector_of_its_description(space):
    logits = np.full((1, CLASSES), -1000, dtype=np.float32)
    logits[0, 3] = 1000
    placed = space.place_images(np.ones((1, FEATURES), dtype=np.float32), logits)
    text = space.place_texts(space.classes[3:4] + space.mean)
    assert (placed @ text.T).item() == pytest.approx((1 - LOOK_SHARE) ** 0.5, rel=1e-4)
