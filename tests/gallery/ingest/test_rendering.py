"""Pictures of every mode become upright 8-bit sRGB on white, and are never enlarged."""

import io

import pytest
from PIL import Image, ImageCms

from gallery.ingest import rendering
from tests import images


def displayed(data, width=320):
    """Return the file's picture as pages show it."""
    with Image.open(io.BytesIO(data)) as picture:
        return rendering.to_display(picture, width=width)


def near(color, expected, tolerance=30):
    return all(abs(a - b) <= tolerance for a, b in zip(color, expected, strict=True))


@pytest.mark.parametrize(
    ("size", "width", "expected"),
    [
        ((4000, 3000), 320, (320, 240)),
        ((3000, 4000), 320, (320, 427)),
        ((200, 100), 320, (200, 100)),
        ((100, 30_000), 320, (4, 1280)),
        ((30_000, 1), 320, (320, 1)),
        ((1, 1), 1600, (1, 1)),
    ],
)
def test_copies_keep_the_proportions_and_are_never_enlarged(size, width, expected):
    assert rendering.fitted_size(size, width) == expected


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(orientation):
    """The red quarter of the wide picture is where each of the eight orientations puts it."""
    upright = displayed(images.rotated_by_exif(orientation))
    sideways = orientation >= 5
    assert upright.size == ((200, 400) if sideways else (320, 160))
    width, height = upright.size
    red_side = {
        1: "left", 2: "right", 3: "right", 4: "left", 5: "top", 6: "top", 7: "bottom", 8: "bottom",
    }[orientation]  # fmt: skip
    spots = {
        "left": (width // 16, height // 2), "right": (width - width // 16, height // 2),
        "top": (width // 2, height // 16), "bottom": (width // 2, height - height // 16),
    }  # fmt: skip
    for side, spot in spots.items():
        is_red = near(upright.getpixel(spot), (254, 0, 0), 60)
        assert is_red == (side == red_side), f"{side} of orientation {orientation}"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "I", "F", "CMYK"])
def test_every_mode_becomes_rgb(mode):
    picture = Image.linear_gradient("L")
    picture = picture.convert("I").convert("I;16") if mode == "I;16" else picture.convert(mode)
    flat = rendering.to_display(picture, width=128)
    assert (flat.mode, flat.size) == ("RGB", (128, 128))


@pytest.mark.parametrize("picture_format", ["PNG", "TIFF"])
def test_sixteen_bit_pictures_keep_their_whole_range(picture_format):
    flat = displayed(images.gray_16_bit(picture_format))
    assert near(flat.getpixel((2, 10)), (0, 0, 0), 8)
    assert near(flat.getpixel((128, 10)), (128, 128, 128), 8)
    assert near(flat.getpixel((253, 10)), (255, 255, 255), 8)


def test_cmyk_keeps_its_colours():
    assert near(displayed(images.cmyk_jpeg()).getpixel((20, 225)), (255, 0, 0), 90)


def test_transparency_is_shown_on_white():
    flat = displayed(images.palette_with_transparency())
    assert flat.getpixel((20, 50)) == (255, 255, 255)
    assert near(flat.getpixel((180, 50)), (0, 0, 255), 5)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_one_transparent_colour_is_shown_on_white(mode):
    picture = Image.new(mode, (100, 100), 0)
    key = 0 if mode == "L" else (0, 0, 0)
    flat = displayed(images.encode(picture, "PNG", transparency=key))
    assert flat.getpixel((50, 50)) == (255, 255, 255)


@pytest.mark.parametrize("picture_format", ["GIF", "WEBP", "PNG"])
def test_animations_show_their_first_frame(picture_format):
    assert near(displayed(images.animated(picture_format)).getpixel((5, 140)), (255, 0, 0), 40)


def test_a_colour_profile_is_applied():
    """An sRGB profile leaves colours unchanged; a LAB profile converts them."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    gray = Image.new("RGB", (64, 64), (128, 64, 32))
    same = displayed(images.encode(gray, "PNG", icc_profile=srgb))
    assert near(same.getpixel((30, 30)), (128, 64, 32), 2)
    lab = Image.new("LAB", (64, 64), (128, 128, 128))
    assert near(rendering.to_display(lab, width=64).getpixel((5, 5)), (119, 119, 119), 12)


def test_a_profile_that_does_not_apply_is_ignored():
    flat = displayed(images.jpeg_with_swapped_profile())
    assert near(flat.getpixel((5, 235)), (254, 0, 0), 60)


def test_nan_values_are_an_error():
    picture = Image.new("F", (10, 10), float("nan"))
    with pytest.raises(ValueError, match="not numbers"):
        rendering.to_display(picture, width=10)


def test_copies_are_webp_without_anything_but_pixels():
    source = Image.open(io.BytesIO(images.jpeg_with_exif()))
    copies = rendering.webp_copies(rendering.to_display(source, width=1600), (320, 640, 1600))
    assert list(copies) == [1600, 640, 320]
    for width, data in copies.items():
        with Image.open(io.BytesIO(data)) as copy:
            assert (copy.format, copy.size) == ("WEBP", rendering.fitted_size((800, 600), width))
            assert not copy.getexif()
            assert not {"exif", "icc_profile", "xmp"} & set(copy.info)


def test_a_small_picture_has_the_same_bytes_at_every_width():
    copies = rendering.webp_copies(images.draw_picture((100, 80)), (320, 640, 1600))
    assert len(set(copies.values())) == 1
