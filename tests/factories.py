"""Rows for tests, without files. Tests that need real files send drawn pictures through ingest."""

import hashlib
import itertools

from django.utils.text import slugify

from gallery.models import Collection, Embedding, Encoder, EncoderState, Image, User, Visibility

_numbers = itertools.count(1)
PASSWORD = "a long enough password"
TINY_DIMENSION = 64


def make_person(name="", **fields):
    """Create a person who can sign in with PASSWORD."""
    name = name or f"person{next(_numbers)}"
    return User.objects.create_user(name, password=PASSWORD, **fields)


def make_collection(owner, name="", *, visibility=Visibility.PRIVATE, **fields):
    """Create a collection, private by default."""
    name = name or f"Collection {next(_numbers)}"
    fields.setdefault("slug", slugify(name))
    return Collection.objects.create(owner=owner, name=name, visibility=visibility, **fields)


def make_image(collection, *, vector=None, encoder=None, **fields):
    """Create a picture's row without files, with a vector if one is given."""
    number = next(_numbers)
    defaults = {
        "owner": collection.owner,
        "sha256": hashlib.sha256(str(number).encode()).hexdigest(),
        "original": f"00/00/{number}.jpg",
        "media_type": "image/jpeg",
        "width": 640,
        "height": 480,
        "size_bytes": 1000,
        "original_name": f"IMG_{number:04}.jpg",
    }
    image = Image.objects.create(collection=collection, **{**defaults, **fields})
    if vector is not None:
        encoder = encoder or Encoder.objects.active()
        Embedding.objects.create(image=image, encoder=encoder, vector=vector)
    return image


def make_active_encoder(key="tiny", dimension=TINY_DIMENSION):
    """Create the row of the active encoder."""
    return Encoder.objects.create(key=key, dimension=dimension, state=EncoderState.ACTIVE)
