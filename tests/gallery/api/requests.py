"""Requests to the API as programs send them."""

import base64
import json

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories import PASSWORD
from tests.images import png

RED = [1.0] + [0.0] * 63


def basic(name, password=PASSWORD):
    """Return the header for a name and password."""
    token = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"HTTP_AUTHORIZATION": f"Basic {token}"}


def send_json(client, method, address, data, **extra):
    """Send a request with a JSON body."""
    return client.generic(method, address, json.dumps(data), "application/json", **extra)


def red_file(name="red.png"):
    return SimpleUploadedFile(name, png((64, 48), "red"))
