"""The smallest stored copy that is large enough is read, or the next best if it is missing."""

from __future__ import annotations

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from PIL import Image as PillowImage

from gallery.embedding.stored import PictureUnreadable, read_picture, sources_of
from tests.factories import make_image

# Width and height, the side that a model needs, and the copies read in order.
CHOICES = [
    ((4000, 3000), 224, ["640 px copy", "original", "1600 px copy"]),
    ((4000, 3000), 260, ["640 px copy", "original", "1600 px copy"]),
    ((3000, 4000), 200, ["320 px copy", "original", "1600 px copy"]),
    ((8000, 1000), 224, ["original", "1600 px copy"]),
    ((300, 200), 224, ["original", "1600 px copy"]),
    ((700, 500), 384, ["original", "1600 px copy"]),
]


@pytest.mark.parametrize(("size", "needed", "names"), CHOICES)
def test_the_order_of_copies(collection, size, needed, names):
    image = make_image(collection, width=size[0], height=size[1])
    assert [source.name for source in sources_of(image, at_least=needed)] == names


def _save(store, name, colour):
    buffer = io.BytesIO()
    PillowImage.new("RGB", (64, 48), colour).save(buffer, "PNG")
    storages[store].save(name, ContentFile(buffer.getvalue()))


def test_the_copy_is_preferred_and_the_original_is_the_fallback(collection):
    image = make_image(collection, width=4000, height=3000)
    _save("originals", image.original.name, (255, 0, 0))
    sources = sources_of(image, at_least=224)
    assert read_picture(sources, at_least=224).getpixel((0, 0)) == (255, 0, 0)
    _save("renditions", image.rendition_name(640), (0, 0, 255))
    assert read_picture(sources, at_least=224).getpixel((0, 0)) == (0, 0, 255)


def test_an_unreadable_picture_is_reported_in_one_sentence(collection):
    image = make_image(collection, width=4000, height=3000)
    storages["originals"].save(image.original.name, ContentFile(b"no picture"))
    with pytest.raises(PictureUnreadable, match="640 px copy is missing, the original can’t"):
        read_picture(sources_of(image, at_least=224), at_least=224)
