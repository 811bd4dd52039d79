"""What a viewer may find with a query's filters, and the counts for it.

Small libraries are counted every time. In large ones counting costs more than searching, so counts
and the sample of background pictures are cached for seconds. The cache key contains exactly the
collections that the viewer may see, so no one gets results computed for someone else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from gallery.embedding.registry import load_encoder
from gallery.exceptions import NoActiveEncoder
from gallery.models import Encoder
from gallery.models.image import ImageQuerySet
from gallery.models.people import Viewer
from gallery.search.calibration import (
    BACKGROUND_SIZE,
    MIN_BACKGROUND,
    Background,
    Cutoffs,
    Reference,
)
from gallery.search.filters import images_in, visible_collections
from gallery.search.query import Filters
from gallery.search.reference import (
    ORDINARY_QUERIES,
    choose_pictures,
    pictures_reference,
    stack_vectors,
    words_reference,
)
from gallery.vectors import (
    Coverage,
    Vector,
    measure_coverage,
    sample_scores,
    scores_of,
    stored_vectors,
)

# Counting this many pictures takes about a millisecond, so it is not cached.
COUNT_ALWAYS_BELOW = 2000
COUNT_KEPT_S = 10
BACKGROUND_KEPT_S = 60
# The key of a reference names the pictures it was measured on, so it never becomes outdated.
REFERENCE_KEPT_S = 24 * 3600

# What a query consists of, which decides what it is compared with. Mixtures of words and pictures
# are compared only with their own background.
QueryKind = Literal["words", "pictures", "mixed"]


@dataclass(frozen=True)
class Scope:
    """An encoder, and the collections and filters that bound a search."""

    encoder: Encoder
    collections: dict[int, str]
    filters: Filters

    @classmethod
    def of(cls, viewer: Viewer, *, filters: Filters) -> Scope:
        """Return the viewer's scope with the active encoder. Raises NoActiveEncoder."""
        encoder = Encoder.objects.active()
        if encoder is None:
            raise NoActiveEncoder(
                _(
                    "This site has no encoder yet. An administrator needs to start it once with "
                    "`make run`."
                )
            )
        return cls(encoder, visible_collections(viewer), filters)

    @cached_property
    def images(self) -> ImageQuerySet:
        """All pictures that may be found."""
        return images_in(self.collections, filters=self.filters)

    @cached_property
    def visible(self) -> ImageQuerySet:
        """All pictures that the viewer may see, regardless of the filters."""
        return images_in(self.collections, filters=Filters())

    @cached_property
    def counts(self) -> Coverage:
        """How many pictures there are; in large libraries up to COUNT_KEPT_S seconds old."""
        key = self._key("coverage", self.filters)
        known = cache.get(key)
        if known is not None:
            return Coverage(*known)
        counts = measure_coverage(self.images, encoder=self.encoder)
        if counts.pictures >= COUNT_ALWAYS_BELOW:
            cache.set(key, tuple(counts), COUNT_KEPT_S)
        return counts

    @property
    def is_small(self) -> bool:
        """True if reading every vector is faster, and more accurate, than using the index."""
        return self.counts.searchable < int(settings.SEARCH_EXACT_BELOW)

    def background(self, vector: Vector) -> Background:
        """Return how this vector scores on randomly chosen visible pictures.

        Filters do not apply: in a collection of cats, “a cat” should still be a strong match.
        """
        return Background.of(self._sample(vector).values())

    def cutoffs(self, vector: Vector, *, kind: QueryKind, best: float | None) -> Cutoffs:
        """Return the scores from which a hit is strong or fair; `best` is the best score."""
        sample = self._sample(vector)
        reference = self._reference(list(sample), kind=kind)
        return Background.of(sample.values()).cutoffs(best=best, reference=reference)

    def _sample(self, vector: Vector) -> dict[int, float]:
        key = self._key("background", None)
        known = cache.get(key)
        if known is not None:
            # Use only those still visible: pictures hidden since then have no influence.
            return scores_of(known, vector=vector, encoder=self.encoder, images=self.visible)
        scores = sample_scores(
            vector, encoder=self.encoder, images=self.visible, limit=BACKGROUND_SIZE
        )
        if len(scores) == BACKGROUND_SIZE:
            cache.set(key, list(scores), BACKGROUND_KEPT_S)
        return scores

    def _reference(self, sample: list[int], *, kind: QueryKind) -> Reference | None:
        """Return the reference for exactly these pictures, all visible to the viewer right now."""
        if kind == "mixed" or len(sample) < MIN_BACKGROUND:
            return None
        chosen = choose_pictures(sample)
        parts = repr((self.encoder.pk, self.encoder.key, kind, chosen, ORDINARY_QUERIES))
        key = f"search-reference-{hashlib.sha256(parts.encode()).hexdigest()}"
        known = cache.get(key)
        if known is None:
            found = self._measure_reference(chosen, kind=kind)
            known = [found.median, found.spread] if found else []
            cache.set(key, known, REFERENCE_KEPT_S)
        return Reference(median=known[0], spread=known[1]) if known else None

    def _measure_reference(self, chosen: list[int], *, kind: QueryKind) -> Reference | None:
        rows = stored_vectors(self.visible.filter(pk__in=chosen), encoder=self.encoder)
        pictures = stack_vectors([row.vector for row in rows], dimension=self.encoder.dimension)
        if kind == "pictures":
            # Finding pictures similar to a stored one does not need the encoder.
            return pictures_reference(pictures)
        return words_reference(
            pictures, texts=_ordinary_vectors(self.encoder.key, ORDINARY_QUERIES)
        )

    def _key(self, kind: str, filters: Filters | None) -> str:
        parts = repr((self.encoder.pk, sorted(self.collections), filters))
        return f"search-{kind}-{hashlib.sha256(parts.encode()).hexdigest()}"


@lru_cache(maxsize=2)
def _ordinary_vectors(encoder_key: str, texts: tuple[str, ...]) -> NDArray[np.float32]:
    """Encode them once per process: a growing library measures its reference again and again."""
    return load_encoder(encoder_key).encode_texts(texts)
