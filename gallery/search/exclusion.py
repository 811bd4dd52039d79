"""Exclusion: drop pictures that show something unwanted, whatever else they show.

A picture is dropped if it clearly shows the unwanted thing (judged in calibration.py, by the same
comparisons as good matches), or if its own text contains the unwanted words. A picture that only
resembles the unwanted thing stays but ranks lower: composition.py subtracts the unwanted direction
from the wanted one. An unwanted part that is less important only has this second effect.
"""

from __future__ import annotations

import math

from django.db.models import Exists, Q

from gallery.models.image import ImageQuerySet
from gallery.search import fulltext
from gallery.search.candidates import nearest_candidates
from gallery.search.results import LeftOut
from gallery.search.scope import QueryKind, Scope
from gallery.search.target import Target, Unwanted
from gallery.vectors import scores_at_least


def leave_out(*, target: Target, scope: Scope) -> tuple[ImageQuerySet, tuple[LeftOut, ...]]:
    """Return the pictures that remain in a scope, and how many each unwanted part excluded.

    The stored pictures in the query and their copies are excluded as well. In large scopes nothing
    is counted, because counting would cost more than searching.
    """
    images = scope.images
    if target.excluded_contents:
        images = images.exclude(sha256__in=sorted(target.excluded_contents))
    left_out = []
    for unwanted in target.unwanted:
        if unwanted.only_steers:
            continue
        shows_it = _shows(unwanted, target=target, scope=scope)
        if scope.is_small:
            count = images.filter(shows_it).count()
            left_out.append(LeftOut(kind=unwanted.kind, value=unwanted.value, count=count))
        images = images.exclude(shows_it)
    return images, tuple(left_out)


def _shows(unwanted: Unwanted, *, target: Target, scope: Scope) -> Q:
    in_text = fulltext.holds_words(unwanted.value) if unwanted.kind == "words" else Q(pk__in=())
    looks = _looks_like(unwanted, target=target, scope=scope)
    return in_text if looks is None else in_text | Q(looks)


def _looks_like(unwanted: Unwanted, *, target: Target, scope: Scope) -> Exists | None:
    """Return None if there are too few pictures to judge what looks like it."""
    others = scope.visible.exclude(sha256__in=sorted(target.excluded_contents))
    nearest = nearest_candidates(unwanted.vector, scope=scope, images=others, limit=1)
    best = nearest[0].score if nearest else None
    kind: QueryKind = "words" if unwanted.kind == "words" else "pictures"
    cutoff = scope.cutoffs(unwanted.vector, kind=kind, best=best).shown
    if math.isinf(cutoff):
        return None
    return scores_at_least(cutoff, vector=unwanted.vector, encoder=scope.encoder)
