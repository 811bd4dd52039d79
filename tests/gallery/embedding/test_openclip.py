"""The open_clip adapter with real open_clip code, on checkpoints that the tests make."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from gallery.embedding.openclip import load, parse_key
from gallery.embedding.preprocessing import sample_card
from gallery.exceptions import EncoderUnavailable

pytestmark = pytest.mark.slow
TOWER = {"width": 128, "heads": 2, "layers": 2}
TEXTS = ["a cat", "two dogs play on the beach while the sun goes down", "", "a " * 200, "rocket"]


def _config(**text):
    return {
        "embed_dim": 96,
        "vision_cfg": {
            "image_size": 64, "patch_size": 16, "width": 128, "layers": 2, "head_width": 64,
        },
        "text_cfg": {"context_length": 77, "vocab_size": 49408, **TOWER, **text},
    }  # fmt: skip


CONFIGS = {
    "causal": _config(),
    "custom": _config() | {"custom_text": True},
    "bidirectional": _config(no_causal_mask=True, pool_type="last") | {"custom_text": True},
}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Return small models with random weights, saved and registered under their names: name ->
    key."""
    import open_clip
    import torch

    folder = tmp_path_factory.mktemp("openclip")
    keys = {}
    for name, config in CONFIGS.items():
        (folder / f"tiny-{name}.json").write_text(json.dumps(config))
    open_clip.add_model_config(folder)
    for name in CONFIGS:
        torch.manual_seed(7)
        model = open_clip.create_model(f"tiny-{name}", load_weights=False)
        file = folder / f"{name}.pt"
        torch.save({"state_dict": model.state_dict()}, file)
        keys[name] = f"openclip:tiny-{name}/{file}"
    return keys


@pytest.fixture(autouse=True)
def on_the_processor(settings, tmp_path, unreachable_hub):
    settings.VAR_DIR = tmp_path
    settings.EMBEDDING_DEVICE = "cpu"
    settings.EMBEDDING_PRECISION = "fp32"
    settings.EMBEDDING_BATCH_SIZE = 4


def pictures(count):
    return [Image.fromarray(card) for card in sample_card(count, height=90, width=120)]


def least_cosine(first, second):
    return float(np.einsum("ij,ij->i", first, second).min())


def test_shapes_types_and_lengths(models):
    encoder = load(models["causal"])
    images, texts = encoder.encode_images(pictures(9)), encoder.encode_texts(TEXTS)
    assert images.shape == (9, 96)
    assert texts.shape == (5, 96)
    for vectors in (images, texts):
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert encoder.encode_images([]).shape == encoder.encode_texts([]).shape == (0, 96)
    assert encoder.spec.dimension == 96
    assert encoder.spec.image_size == 64
    assert encoder.spec.text_context == 77


def test_the_vectors_match_open_clip(models):
    import open_clip
    import torch

    key = models["causal"]
    model, _, preprocess = open_clip.create_model_and_transforms(
        "tiny-causal", pretrained=str(parse_key(key).file)
    )
    tokenizer = open_clip.get_tokenizer("tiny-causal")
    with torch.no_grad():
        batch = torch.stack([preprocess(picture) for picture in pictures(3)])
        images = model.eval().encode_image(batch, normalize=True).numpy()
        texts = model.encode_text(tokenizer(TEXTS), normalize=True).numpy()
    encoder = load(key)
    assert np.allclose(encoder.encode_images(pictures(3)), images, atol=1e-5)
    assert np.allclose(encoder.encode_texts(TEXTS), texts, atol=1e-5)


@pytest.mark.parametrize("name", ["causal", "custom"])
def test_cutting_a_text_at_its_end_changes_nothing(models, name):
    encoder = load(models[name])
    assert encoder._causal is not None
    cut = encoder.encode_texts(TEXTS)
    encoder._causal = None
    assert np.allclose(cut, encoder.encode_texts(TEXTS), atol=1e-6)


def test_a_cut_text_is_shorter_inside_the_tower(models):
    encoder = load(models["causal"])
    lengths = []
    encoder._model.transformer.register_forward_hook(
        lambda _module, inputs, _output: lengths.append(inputs[0].shape[1])
    )
    encoder.encode_texts(["a cat"])
    # The start token, two words, the end token.
    assert lengths == [4]


def test_bidirectional_towers_are_left_alone(models):
    encoder = load(models["bidirectional"])
    assert encoder._causal is None
    assert encoder.encode_texts(TEXTS).shape == (5, 96)


def test_half_precision_agrees_with_full(models, settings):
    full = load(models["causal"])
    settings.EMBEDDING_PRECISION = "bf16"
    half = load(models["causal"])
    assert half.mode.precision == "bf16"
    assert least_cosine(full.encode_images(pictures(6)), half.encode_images(pictures(6))) > 0.999
    assert least_cosine(full.encode_texts(TEXTS), half.encode_texts(TEXTS)) > 0.999


def test_one_by_one_equals_many(models):
    encoder = load(models["causal"])
    many = encoder.encode_images(pictures(7))
    alone = np.concatenate([encoder.encode_images([picture]) for picture in pictures(7)])
    assert np.allclose(many, alone, atol=1e-5)
    texts = np.concatenate([encoder.encode_texts([text]) for text in TEXTS])
    assert np.allclose(encoder.encode_texts(TEXTS), texts, atol=1e-5)


def test_automatic_precision_measures_and_agrees(models, settings):
    full = load(models["causal"])
    settings.EMBEDDING_PRECISION, settings.EMBEDDING_BATCH_SIZE = "auto", 0
    chosen = load(models["causal"])
    assert least_cosine(full.encode_images(pictures(6)), chosen.encode_images(pictures(6))) > 0.999
    assert list((settings.VAR_DIR / "cache").glob("mode-*.json"))


def test_a_gpu_agrees_with_the_processor(models, settings):
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no CUDA device here")
    full = load(models["causal"])
    settings.EMBEDDING_DEVICE, settings.EMBEDDING_PRECISION = "cuda", "auto"
    on_gpu = load(models["causal"])
    assert on_gpu.mode.device == "cuda"
    assert least_cosine(full.encode_images(pictures(6)), on_gpu.encode_images(pictures(6))) > 0.999
    assert least_cosine(full.encode_texts(TEXTS), on_gpu.encode_texts(TEXTS)) > 0.999


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("openclip:ViT-B-32", "MODEL/TAG"),
        ("openclip:", "MODEL/TAG"),
        ("openclip:No-Such-Model/tag", "no model"),
        ("openclip:ViT-B-32/no_such_tag", "laion2b_s34b_b79k"),
        ("openclip:ViT-B-32//no/such/file.pt", "/no/such/file.pt"),
        ("openclip:ViT-B-32/laion2b_s34b_b79k", "connect to the network"),
    ],
)
def test_a_model_that_cannot_be_loaded_is_reported_in_one_sentence(key, says, settings, tmp_path):
    settings.MODEL_DIR = str(tmp_path)
    with pytest.raises(EncoderUnavailable, match=says):
        load(key)


def test_a_checkpoint_of_another_model_is_one_sentence(models):
    file = parse_key(models["causal"]).file
    with pytest.raises(EncoderUnavailable, match="does not hold weights"):
        load(f"openclip:ViT-B-32/{file}")


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\x80\x04cos\nsystem\n."])
def test_a_damaged_or_hostile_checkpoint_is_one_sentence(models, tmp_path, content):
    file = tmp_path / "broken.pt"
    file.write_bytes(content)
    with pytest.raises(EncoderUnavailable, match="does not hold weights"):
        load(f"openclip:tiny-causal/{file}")


def test_pickled_code_in_a_checkpoint_never_runs(models, tmp_path):
    import pickle

    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    file = tmp_path / "trap.pt"
    file.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(EncoderUnavailable):
        load(f"openclip:tiny-causal/{file}")
    assert not (tmp_path / "sprung").exists()
