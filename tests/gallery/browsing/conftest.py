"""A public collection, which most reads are tested on."""

import pytest

from gallery.models import Visibility
from tests.factories import make_collection


@pytest.fixture
def public(owner):
    """Create a collection that anyone may see."""
    return make_collection(owner, "Public", visibility=Visibility.PUBLIC)
