"""A public collection, and pictures whose vectors are mixtures of the test encoder's colours."""

import numpy as np
import pytest

from gallery.models import Visibility
from tests.factories import TINY_DIMENSION, make_collection, make_image
from tests.tiny_encoder import WORDS


def colour_vector(seed=None, **amounts):
    """A unit vector of colours, such as red=1, blue=.5; a seed adds a little of everything."""
    vector = np.zeros(TINY_DIMENSION, dtype=np.float32)
    for name, amount in amounts.items():
        vector[WORDS[name]] = amount
    if seed is not None:
        vector += np.random.default_rng(seed).normal(0, 0.04, TINY_DIMENSION).astype(np.float32)
    return vector / np.linalg.norm(vector)


def make_coloured(collection, *, seed=None, fields=None, **amounts):
    """A searchable picture of these colours."""
    return make_image(collection, vector=colour_vector(seed, **amounts), **(fields or {}))


def make_background(collection, count=40):
    """Grey and brown pictures: what almost no query asks for."""
    return [
        make_coloured(collection, seed=n, grey=1, brown=(n % 7) / 7, white=(n % 3) / 3)
        for n in range(count)
    ]


def ids(page):
    """Primary keys of the hits, in order."""
    return [hit.image.pk for hit in page.hits]


@pytest.fixture
def public(owner, encoder):
    """A collection that anyone may see."""
    return make_collection(owner, "Public", visibility=Visibility.PUBLIC)


@pytest.fixture
def private(owner, encoder):
    """A collection that only its owner and members may see."""
    return make_collection(owner, "Private")
