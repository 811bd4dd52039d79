"""Coverage: how many pictures of a page searches can find."""

from gallery.browsing import coverage
from gallery.models import Image
from tests.factories import TINY_DIMENSION, make_image

VECTOR = [1.0] + [0.0] * (TINY_DIMENSION - 1)


def test_coverage_counts_what_the_active_encoder_has_not_embedded(public, encoder):
    make_image(public, vector=VECTOR)
    make_image(public)
    found = coverage(Image.objects.all())
    assert (found.pictures, found.waiting) == (2, 1)


def test_before_an_encoder_is_chosen_everything_waits(public):
    make_image(public)
    assert coverage(Image.objects.all()).waiting == 1
