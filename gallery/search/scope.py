"""What one viewer may find under one query's filters, and the numbers around it.

Small libraries are counted afresh each time. In large ones counting costs more than searching, so
counts and the choice of background pictures are remembered for seconds, under a key that holds
exactly the collections the viewer may see: nobody is answered from somebody else's view.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.core.cache import cache

from gallery.exceptions import NoActiveEncoder
from gallery.models import Encoder
from gallery.models.image import ImageQuerySet
from gallery.models.people import Viewer
from gallery.search.calibration import BACKGROUND_SIZE, Background
from gallery.search.filters import images_in, visible_collections
from gallery.search.query import Filters
from gallery.vectors import PictureCounts, Vector, count_pictures, sample_scores, scores_of

# Counting this many pictures takes about a millisecond: not worth remembering.
COUNT_ALWAYS_BELOW = 2000
COUNT_KEPT_S = 10
BACKGROUND_KEPT_S = 60


@dataclass(frozen=True)
class Scope:
    """An encoder, and the collections and filters that bound a search."""

    encoder: Encoder
    collections: dict[int, str]
    filters: Filters

    @classmethod
    def of(cls, viewer: Viewer, *, filters: Filters) -> Scope:
        """The viewer's scope with the active encoder. Raises NoActiveEncoder."""
        encoder = Encoder.objects.active()
        if encoder is None:
            raise NoActiveEncoder(
                "This site has not chosen how to read pictures yet: an administrator has to "
                "start it once with `make run`."
            )
        return cls(encoder, visible_collections(viewer), filters)

    @cached_property
    def images(self) -> ImageQuerySet:
        """Everything that may be found."""
        return images_in(self.collections, filters=self.filters)

    @cached_property
    def visible(self) -> ImageQuerySet:
        """Everything that the viewer may see, whatever the filters."""
        return images_in(self.collections, filters=Filters())

    @cached_property
    def counts(self) -> PictureCounts:
        """How many there are; at most COUNT_KEPT_S old where there are many."""
        key = self._key("counts", self.filters)
        known = cache.get(key)
        if known is not None:
            return PictureCounts(*known)
        counts = count_pictures(self.images, encoder=self.encoder)
        if sum(counts) >= COUNT_ALWAYS_BELOW:
            cache.set(key, tuple(counts), COUNT_KEPT_S)
        return counts

    @property
    def is_small(self) -> bool:
        """True when reading every vector is faster, and surer, than walking the index."""
        return self.counts.searchable < int(settings.SEARCH_EXACT_BELOW)

    def background(self, vector: Vector) -> Background:
        """How this vector scores on visible pictures at random.

        Filters do not narrow it: within a collection of cats “a cat” should still look strong.
        """
        key = self._key("background", None)
        known = cache.get(key)
        if known is not None:
            # Only those still visible answer: what was hidden since has no influence.
            scores = scores_of(known, vector=vector, encoder=self.encoder, images=self.visible)
            return Background.of(scores.values())
        scores = sample_scores(
            vector, encoder=self.encoder, images=self.visible, limit=BACKGROUND_SIZE
        )
        if len(scores) == BACKGROUND_SIZE:
            cache.set(key, list(scores), BACKGROUND_KEPT_S)
        return Background.of(scores.values())

    def _key(self, kind: str, filters: Filters | None) -> str:
        parts = repr((self.encoder.pk, sorted(self.collections), filters))
        return f"search-{kind}-{hashlib.sha256(parts.encode()).hexdigest()}"
