"""Stored pictures with real files, and registries that start empty."""

from __future__ import annotations

import io
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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


def _move_hub(monkeypatch, address):
    from huggingface_hub import constants

    template = constants.HUGGINGFACE_CO_URL_TEMPLATE
    template = template.replace(constants.ENDPOINT, address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "ENDPOINT", address)


@pytest.fixture
def unreachable_hub(monkeypatch):
    """The model hub's address answers with a refused connection."""
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    _move_hub(monkeypatch, f"http://127.0.0.1:{port}")


@pytest.fixture
def answering_hub(monkeypatch):
    """The model hub's address is a small server that has no file; it notes what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self):
            asked.append(self.path)
            self.send_response(404)
            self.send_header("X-Error-Code", "EntryNotFound")
            self.end_headers()

        do_GET = do_HEAD

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    _move_hub(monkeypatch, f"http://127.0.0.1:{server.server_port}")
    yield asked
    server.shutdown()
    thread.join()
    server.server_close()
