"""The encoder that other tests rely on works as described."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.tiny_encoder import COLOURS, TinyEncoder

encoder = TinyEncoder()


@pytest.mark.parametrize("name", COLOURS)
def test_a_plain_picture_is_nearest_to_its_colours_name(name):
    picture = encoder.encode_images([Image.new("RGB", (40, 30), COLOURS[name])])[0]
    names = encoder.encode_texts([f"something {each}" for each in COLOURS])
    assert list(COLOURS)[int((names @ picture).argmax())] == name


def test_a_blend_finds_the_picture_that_shows_both():
    both = Image.new("RGB", (40, 40), COLOURS["red"])
    both.paste(COLOURS["blue"], (20, 0, 40, 40))
    pictures = [Image.new("RGB", (40, 40), COLOURS[n]) for n in ("red", "blue", "green")]
    vectors = encoder.encode_images([*pictures, both])
    query = encoder.encode_texts(["red and blue"])[0]
    assert int((vectors @ query).argmax()) == 3


def test_rows_have_unit_length_and_empty_input_keeps_its_shape():
    vectors = encoder.encode_texts(["red", "", "an unknown word"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert encoder.encode_images([]).shape == encoder.encode_texts([]).shape == (0, 64)
