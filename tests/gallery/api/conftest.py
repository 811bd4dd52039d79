"""Two collections with a searchable picture each: one public, one private."""

import pytest

from gallery.models import Visibility
from tests.factories import make_collection, make_image
from tests.gallery.api.requests import RED


@pytest.fixture
def public(owner, encoder):
    """Create a public collection of olga's with one searchable picture."""
    collection = make_collection(owner, "Cats", visibility=Visibility.PUBLIC)
    make_image(collection, title="Red cat", tags=["cat"], vector=RED, encoder=encoder)
    return collection


@pytest.fixture
def private(owner, encoder):
    """Create a private collection of olga's with one searchable picture."""
    collection = make_collection(owner, "Secret")
    make_image(collection, title="Red secret", vector=RED, encoder=encoder)
    return collection
