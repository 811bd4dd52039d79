"""Similar pictures have similar hashes, others do not."""

from PIL import Image, ImageEnhance

from gallery.ingest.fingerprints import average_color, perceptual_hash
from tests.images import draw_picture


def distance(one, other):
    return ((one ^ other) & (1 << 64) - 1).bit_count()


def test_the_hash_is_a_signed_64_bit_integer():
    for seed in range(6):
        value = perceptual_hash(draw_picture(seed=seed, color=(seed * 40, 200, 90)))
        assert -(1 << 63) <= value < 1 << 63


def test_a_smaller_and_brighter_copy_is_near_and_another_picture_far():
    picture = Image.linear_gradient("L").rotate(30).convert("RGB")
    picture.paste(draw_picture((100, 80)), (60, 90))
    copy = ImageEnhance.Brightness(picture.resize((90, 90))).enhance(1.1)
    other = Image.radial_gradient("L").convert("RGB")
    assert distance(perceptual_hash(picture), perceptual_hash(copy)) <= 6
    assert distance(perceptual_hash(picture), perceptual_hash(other)) >= 16


def test_a_picture_of_one_colour_has_a_hash():
    one = perceptual_hash(Image.new("RGB", (50, 50), "navy"))
    assert one == perceptual_hash(Image.new("RGB", (70, 70), "navy"))


def test_the_average_colour():
    picture = Image.new("RGB", (100, 100), "black")
    picture.paste("white", (0, 0, 50, 100))
    assert average_color(picture) in {"#7f7f7f", "#808080"}
    assert average_color(Image.new("RGB", (3, 3), "#0a64ff")) == "#0a64ff"
