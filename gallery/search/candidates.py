"""The nearest pictures of a scope, as candidates for a list of results."""

from __future__ import annotations

from typing import NamedTuple

from gallery.models.image import ImageQuerySet
from gallery.search.scope import Scope
from gallery.vectors import Vector, nearest_images


class Candidate(NamedTuple):
    """A picture found by a query: its id, its content and its cosine similarity, if known."""

    image_id: int
    sha256: str
    score: float | None


def nearest_candidates(
    vector: Vector, *, scope: Scope, images: ImageQuerySet, limit: int
) -> list[Candidate]:
    """Return the `limit` nearest of these pictures, by exact comparison if the scope is small."""
    found = nearest_images(
        vector, encoder=scope.encoder, images=images, limit=limit, exact=scope.is_small
    )
    return [Candidate(*neighbour) for neighbour in found]
