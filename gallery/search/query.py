"""A search query as a value that is parsed from a URL and written back to one.

Pure: no ORM, no settings. Pages, the API and commands create queries; the engine runs them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from gallery.search import params as clean

Orientation = Literal["landscape", "portrait", "square"]
Sort = Literal["relevance", "date"]
ChipKind = Literal["words", "image", "picture"]
Importance = Literal["less", "normal", "more"]

IMPORTANCES: tuple[Importance, ...] = ("less", "normal", "more")
ORIENTATIONS: tuple[Orientation, ...] = ("landscape", "portrait", "square")
# Words and pictures have equal weight until someone moves the slider.
EVEN_WEIGHT = 0.5
# The most tags, collections, pictures or excluded words of a query, of each kind.
MAX_PARTS = clean.MAX_REPEATS
REPEATED = ("like", "unlike", "not", "tag", "collection")


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which pictures may be found. Without any filter every visible picture matches."""

    collections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    year: int | None = None
    taken_from: date | None = None
    taken_to: date | None = None
    orientation: Orientation | Literal[""] = ""

    @property
    def is_empty(self) -> bool:
        """True if there is no filter."""
        return self == Filters()

    def pairs(self) -> list[tuple[str, str]]:
        """Return the URL parameters in their canonical order, without the defaults."""
        pairs = [("collection", slug) for slug in self.collections]
        pairs += [("tag", tag) for tag in self.tags]
        if self.year is not None:
            pairs.append(("year", str(self.year)))
        if self.taken_from:
            pairs.append(("from", self.taken_from.isoformat()))
        if self.taken_to:
            pairs.append(("to", self.taken_to.isoformat()))
        if self.orientation:
            pairs.append(("orientation", self.orientation))
        return pairs

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Filters:
        """Parse the filters of a URL. Never raises: invalid values are ignored."""
        orientation = clean.value_of(params, "orientation")
        return cls(
            collections=clean.slugs_of(params, "collection"),
            tags=clean.texts_of(params, "tag", limit=clean.MAX_TAG_CHARACTERS),
            year=clean.year_of(params, "year"),
            taken_from=clean.date_of(params, "from"),
            taken_to=clean.date_of(params, "to"),
            orientation=next((o for o in ORIENTATIONS if o == orientation), ""),
        )


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One part of a query as the page shows it, with the URL of the query without it.

    `name` is what `more` and `less` call the part; `value` is the words, the picture's id or the
    token, as text; `sign` is "+" for wanted and "-" for excluded parts.
    """

    name: str
    label: str
    kind: ChipKind
    sign: Literal["+", "-"]
    value: str
    importance: Importance
    remove_params: str


@dataclass(frozen=True, kw_only=True)
class SearchQuery:
    """Wanted and unwanted words and pictures, filters, order and page.

    `words_weight` is the share of the words against the pictures if there are both, from 0 to 1.
    `more` and `less` name the parts that are more or less important than the others, such as `q` or
    `like.12`. Both are kept in the order of `part_names`, without names of parts that the query
    doesn't have; a part named in both is in `more`.
    `words_cut` says that the words were too long and only their beginning is used, `parts_cut` that
    there were more tags, collections, pictures or excluded words than a query can have, and only
    the first are used. Both are ignored when queries are compared.
    """

    words: str = ""
    excluded_words: tuple[str, ...] = ()
    like: tuple[int, ...] = ()
    unlike: tuple[int, ...] = ()
    picture: str = ""
    words_weight: float = EVEN_WEIGHT
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    filters: Filters = Filters()
    sort: Sort = "relevance"
    page: int = 1
    words_cut: bool = field(default=False, compare=False)
    parts_cut: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        """Bring `more` and `less` into their canonical form."""
        if self.more or self.less:
            more = tuple(name for name in self.part_names if name in self.more)
            less = tuple(n for n in self.part_names if n in self.less and n not in more)
            object.__setattr__(self, "more", more)
            object.__setattr__(self, "less", less)

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> SearchQuery:
        """Parse the query of a URL: a QueryDict, or a mapping of texts or lists of texts.

        Never raises: invalid values are ignored. A word with a minus sign in front is excluded.
        """
        words, was_cut = clean.cut_words(clean.value_of(params, "q"))
        words, minus = clean.split_minus(words)
        excluded = (*clean.texts_of(params, "not", limit=clean.MAX_WORDS), *minus)
        return cls(
            words=words,
            excluded_words=clean.unique(excluded),
            like=clean.ids_of(params, "like"),
            unlike=clean.ids_of(params, "unlike"),
            picture=clean.token_of(params, "picture"),
            words_weight=clean.weight_of(params, "w", default=EVEN_WEIGHT),
            more=clean.names_of(params, "more"),
            less=clean.names_of(params, "less"),
            filters=Filters.from_params(params),
            sort="date" if clean.value_of(params, "sort") == "date" else "relevance",
            page=clean.page_of(params, "page"),
            words_cut=was_cut,
            parts_cut=clean.has_too_many(params, REPEATED) or len(set(excluded)) > MAX_PARTS,
        )

    def to_params(self) -> str:
        """Return the canonical parameters of this query, urlencoded, without defaults."""
        pairs = [("q", self.words)] if self.words else []
        pairs += [("not", words) for words in self.excluded_words]
        pairs += [("like", str(number)) for number in self.like]
        pairs += [("unlike", str(number)) for number in self.unlike]
        if self.picture:
            pairs.append(("picture", self.picture))
        if self.words_weight != EVEN_WEIGHT:
            pairs.append(("w", f"{self.words_weight:.2f}"))
        pairs += [("more", name) for name in self.more]
        pairs += [("less", name) for name in self.less]
        pairs += self.filters.pairs()
        if self.sort != "relevance":
            pairs.append(("sort", self.sort))
        if self.page != 1:
            pairs.append(("page", str(self.page)))
        return urlencode(pairs)

    @property
    def part_names(self) -> tuple[str, ...]:
        """What `more` and `less` call the parts of this query, in the order of the chips."""
        return (
            *(("q",) if self.words else ()),
            *(("picture",) if self.picture else ()),
            *(f"like.{number}" for number in self.like),
            *(f"not.{words}" for words in self.excluded_words),
            *(f"unlike.{number}" for number in self.unlike),
        )

    def importance_of(self, name: str) -> Importance:
        """Return how important a part is compared with the others."""
        return "more" if name in self.more else "less" if name in self.less else "normal"

    def with_importance(self, name: str, importance: Importance) -> SearchQuery:
        """Return the query with one part more, less or as important as usual."""
        more, less = (tuple(n for n in names if n != name) for names in (self.more, self.less))
        return self.with_(
            more=(*more, name) if importance == "more" else more,
            less=(*less, name) if importance == "less" else less,
        )

    @property
    def has_wanted(self) -> bool:
        """True if the query has wanted words or pictures."""
        return bool(self.words or self.like or self.picture)

    @property
    def has_unwanted(self) -> bool:
        """True if the query has words or pictures to exclude."""
        return bool(self.excluded_words or self.unlike)

    @property
    def is_empty(self) -> bool:
        """True if the query has no words, no pictures and no filters."""
        return not (self.has_wanted or self.has_unwanted) and self.filters.is_empty

    def with_(self, **changes: Any) -> SearchQuery:
        """Return the query with some fields changed, on its first page unless a page is given."""
        return replace(self, **{"page": 1, **changes})

    def chips(self) -> tuple[Chip, ...]:
        """Return the words and pictures, wanted ones first."""
        found: list[Chip] = []
        if self.words:
            found.append(self._chip("q", "words", self.words, words=""))
        if self.picture:
            found.append(self._chip("picture", "picture", self.picture, picture=""))
        for number in self.like:
            rest = tuple(n for n in self.like if n != number)
            found.append(self._chip(f"like.{number}", "image", str(number), like=rest))
        for words in self.excluded_words:
            without = tuple(w for w in self.excluded_words if w != words)
            found.append(self._chip(f"not.{words}", "words", words, excluded_words=without))
        for number in self.unlike:
            rest = tuple(n for n in self.unlike if n != number)
            found.append(self._chip(f"unlike.{number}", "image", str(number), unlike=rest))
        return tuple(found)

    def _chip(self, name: str, kind: ChipKind, value: str, **without: Any) -> Chip:
        labels: dict[ChipKind, str] = {
            "words": value,
            "picture": _("Your picture"),
            "image": _("Picture %(number)s") % {"number": value},
        }
        return Chip(
            name=name,
            label=labels[kind],
            kind=kind,
            sign="-" if name.startswith(("not.", "unlike.")) else "+",
            value=value,
            importance=self.importance_of(name),
            remove_params=self.with_(**without).to_params(),
        )
