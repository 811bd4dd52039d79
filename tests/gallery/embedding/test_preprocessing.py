"""Pictures are preprocessed exactly as open_clip does."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from gallery.embedding.preprocessing import Geometry, fit, opaque_rgb, open_small, sample_card


def picture(width, height):
    return Image.fromarray(sample_card(1, height=height, width=width)[0])


@pytest.mark.slow
@pytest.mark.parametrize("size", [(640, 427), (427, 640), (300, 300), (100, 80), (900, 60)])
@pytest.mark.parametrize("mode", ["shortest", "longest", "squash"])
@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
def test_the_pixels_match_open_clip(size, mode, interpolation):
    from open_clip.transform import image_transform

    theirs = image_transform(
        224, is_train=False, mean=(0, 0, 0), std=(1, 1, 1),
        resize_mode=mode, interpolation=interpolation, fill_color=7,
    )  # fmt: skip
    ours = Geometry(
        height=224, width=224, resize_to=224, mode=mode,
        bilinear=interpolation == "bilinear", fill=7,
    )  # fmt: skip
    image = picture(*size)
    expected = (theirs(image).permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    assert np.array_equal(fit(image, geometry=ours), expected)


def test_a_jpeg_is_decoded_small_but_at_least_twice_as_large_as_needed():
    buffer = io.BytesIO()
    picture(3000, 2000).save(buffer, "JPEG")
    image = open_small(buffer, at_least=224)
    assert image.size == (750, 500)


def test_a_draft_hardly_changes_the_pixels():
    buffer = io.BytesIO()
    picture(2400, 1800).save(buffer, "JPEG", quality=92)
    geometry = Geometry(height=224, width=224, resize_to=224)
    whole = fit(Image.open(buffer), geometry=geometry).astype(float)
    drafted = fit(open_small(buffer, at_least=224), geometry=geometry).astype(float)
    assert np.abs(whole - drafted).mean() < 2


def test_orientation_is_applied():
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    picture(300, 200).save(buffer, "JPEG", exif=exif)
    assert open_small(buffer, at_least=64).size[0] < open_small(buffer, at_least=64).size[1]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I", "F", "YCbCr"])
def test_every_mode_becomes_rgb(mode):
    assert opaque_rgb(Image.new(mode, (5, 4))).mode == "RGB"


def test_transparent_parts_are_white():
    image = Image.new("RGBA", (2, 2), (255, 0, 0, 0))
    assert opaque_rgb(image).getpixel((0, 0)) == (255, 255, 255)


def test_sixteen_bits_keep_their_brightness():
    image = Image.fromarray(np.full((2, 2), 0x8000, dtype=np.uint16))
    assert opaque_rgb(image).getpixel((0, 0)) == (128, 128, 128)
