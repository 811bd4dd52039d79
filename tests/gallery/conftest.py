"""Stored pictures with real files, queued pictures, and registries that start empty."""

from __future__ import annotations

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from PIL import Image as PillowImage

from gallery.embedding.lifecycle import enqueue_missing
from tests.encoder_cache import forget_encoders
from tests.factories import make_collection, make_image
from tests.tiny_encoder import COLOURS


@pytest.fixture
def fresh_registry():
    """No encoder is warm before or after."""
    forget_encoders()
    yield
    forget_encoders()


@pytest.fixture
def collection(owner):
    """A private collection of olga's."""
    return make_collection(owner)


@pytest.fixture
def store(collection):
    """Stores a drawn picture as an original, and gives its row."""

    def store_picture(colour="red", *, size=(64, 48), **fields):
        buffer = io.BytesIO()
        PillowImage.new("RGB", size, COLOURS[colour]).save(buffer, "PNG")
        image = make_image(
            collection, width=size[0], height=size[1], media_type="image/png", **fields
        )
        storages["originals"].save(image.original.name, ContentFile(buffer.getvalue()))
        return image

    return store_picture


@pytest.fixture
def queued(store, encoder):
    """Stores pictures and queues them for the active encoder."""

    def store_and_queue(*colours):
        images = [store(colour) for colour in colours]
        enqueue_missing(encoder)
        return images

    return store_and_queue
