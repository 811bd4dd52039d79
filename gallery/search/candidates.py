"""The nearest pictures of a scope, as candidates for a list of results."""

from __future__ import annotations

from gallery.models.image import ImageQuerySet
from gallery.search.scope import Scope
from gallery.vectors import Neighbour, Vector, nearest_images


def nearest_candidates(
    vector: Vector, *, scope: Scope, images: ImageQuerySet, limit: int
) -> list[Neighbour]:
    """Return the `limit` nearest of these pictures, by exact comparison if the scope is small."""
    return nearest_images(
        vector, encoder=scope.encoder, images=images, limit=limit, exact=scope.is_small
    )
