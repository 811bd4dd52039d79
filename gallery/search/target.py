"""Turn a query into the vector to search for, and look up the pictures it contains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from gallery.embedding.registry import encode_query_text
from gallery.exceptions import InvalidQuery, NotSearchableYet
from gallery.search.composition import Term, compose, mean_direction
from gallery.search.query import Importance, SearchQuery
from gallery.search.query_images import query_image_vector
from gallery.search.scope import QueryKind, Scope
from gallery.vectors import Vector, stored_vectors

# How much a part counts compared with one that nobody has weighted.
FACTORS: dict[Importance, float] = {"less": 0.5, "normal": 1.0, "more": 2.0}


@dataclass(frozen=True, kw_only=True)
class Part:
    """A vector in the query, and how important it is."""

    vector: Vector
    importance: Importance


@dataclass(frozen=True, kw_only=True)
class Unwanted(Part):
    """Something to exclude: words, or a stored picture by its id."""

    kind: Literal["words", "image"]
    value: str

    @property
    def only_steers(self) -> bool:
        """True if pictures that show it rank lower but stay in the results."""
        return self.importance == "less"


@dataclass(frozen=True, kw_only=True)
class Target:
    """What to search for, as a unit vector made of words, pictures or both (`kind`); what to
    exclude; and the contents (sha256) of the query's stored pictures, which are not results.
    """

    vector: Vector
    kind: QueryKind
    unwanted: tuple[Unwanted, ...]
    excluded_contents: frozenset[str]


def build_target(query: SearchQuery, *, scope: Scope) -> Target:
    """Build the target of a query.

    Raises InvalidQuery, NotSearchableYet or EncoderUnavailable."""
    stored = _stored_pictures(query, scope=scope)
    key = scope.encoder.key
    words = _words(query, key=key)
    pictures = _pictures(query, stored=stored, key=key)
    unwanted = _unwanted(query, stored=stored, key=key)
    not_words = [each for each in unwanted if each.kind == "words"]
    not_pictures = [each for each in unwanted if each.kind == "image"]

    mixed = bool(words or not_words) and bool(pictures or not_pictures)
    share = query.words_weight if words and pictures else 1.0
    picture_share = 1.0 - share if words else 1.0
    wanted = _terms(words, scope=scope, weight=share, scaled=mixed)
    wanted += _terms(pictures, scope=scope, weight=picture_share, scaled=mixed)
    away = _terms(not_words, scope=scope, weight=1.0, scaled=mixed)
    away += _terms(not_pictures, scope=scope, weight=1.0, scaled=mixed)
    return Target(
        vector=compose(wanted, unwanted=away),
        kind="mixed" if mixed else "words" if words else "pictures",
        unwanted=unwanted,
        excluded_contents=frozenset(picture.sha256 for picture in stored.values()),
    )


def _words(query: SearchQuery, *, key: str) -> list[Part]:
    if not query.words:
        return []
    vector = encode_query_text(key, spoken(query.words))
    return [Part(vector=vector, importance=query.importance_of("q"))]


def _pictures(query: SearchQuery, *, stored: dict[int, StoredPicture], key: str) -> list[Part]:
    parts = [
        Part(vector=stored[pk].vector, importance=query.importance_of(f"like.{pk}"))
        for pk in query.like
    ]
    if query.picture:
        vector = query_image_vector(query.picture, encoder_key=key)
        parts.append(Part(vector=vector, importance=query.importance_of("picture")))
    return parts


def _unwanted(
    query: SearchQuery, *, stored: dict[int, StoredPicture], key: str
) -> tuple[Unwanted, ...]:
    texts = [
        Unwanted(
            kind="words",
            value=words,
            vector=encode_query_text(key, spoken(words)),
            importance=query.importance_of(f"not.{words}"),
        )
        for words in query.excluded_words
    ]
    pictures = [
        Unwanted(
            kind="image",
            value=str(pk),
            vector=stored[pk].vector,
            importance=query.importance_of(f"unlike.{pk}"),
        )
        for pk in query.unlike
    ]
    return (*texts, *pictures)


def spoken(words: str) -> str:
    """Remove quotation marks, which are for full-text search and not for the encoder."""
    return " ".join(words.replace('"', " ").split()) or words


def _terms(parts: Sequence[Part], *, scope: Scope, weight: float, scaled: bool) -> list[Term]:
    """Combine all parts of a kind into one: ten pictures together have the weight of one, and their
    mean importance."""
    if not parts or weight == 0:
        return []
    factors = [FACTORS[part.importance] for part in parts]
    pairs = zip(parts, factors, strict=True)
    vector = mean_direction([part.vector * factor for part, factor in pairs])
    spread = scope.background(vector).spread if scaled else 1.0
    importance = sum(factors) / len(factors)
    return [Term(vector=vector, weight=weight, importance=importance, spread=spread)]


@dataclass(frozen=True)
class StoredPicture:
    """What a query takes from a stored picture."""

    sha256: str
    vector: Vector


def find_stored(ids: Iterable[int], *, scope: Scope) -> dict[int, StoredPicture]:
    """Return those of these pictures that the viewer may see and that have a vector, by id."""
    rows = stored_vectors(scope.visible.filter(pk__in=ids), encoder=scope.encoder)
    return {row.image_id: StoredPicture(row.sha256, row.vector) for row in rows}


def _stored_pictures(query: SearchQuery, *, scope: Scope) -> dict[int, StoredPicture]:
    """Return all stored pictures of a query.

    A picture hidden from the viewer and one that never existed raise the same InvalidQuery.
    """
    wanted = {*query.like, *query.unlike}
    found = find_stored(wanted, scope=scope) if wanted else {}
    if wanted - set(found):
        raise _missing(wanted - set(found), scope=scope)
    return found


def _missing(ids: set[int], *, scope: Scope) -> InvalidQuery | NotSearchableYet:
    visible = set(scope.visible.filter(pk__in=ids).values_list("pk", flat=True))
    if ids - visible:
        return InvalidQuery(
            _("Picture %(id)s doesn’t exist. Remove it from the search.")
            % {"id": min(ids - visible)},
            reason="query_picture_unknown",
        )
    return NotSearchableYet(
        _("Picture %(id)s isn’t searchable yet. Try again in a minute.") % {"id": min(ids)},
    )
