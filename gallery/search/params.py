"""Cleaning of what an address holds: from untrusted text to values that a query may carry.

Pure functions, none of which raises: invalid values are dropped. Only query.py uses them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

T = TypeVar("T")

# Characters. CLIP reads 77 tokens, about 300 characters of English; what follows would be ignored.
MAX_WORDS = 300
# Words to leave out, pictures, collections or tags in one query; more is a script, not a person.
MAX_REPEATS = 10
# The largest bigint: PostgreSQL refuses to compare an id with anything above.
MAX_ID = 2**63 - 1
MAX_TAG_CHARACTERS = 60
# Enough for any depth that the engine pages through, small enough for any integer.
MAX_PAGE = 100_000

_SLUG = re.compile(r"[-\w]{1,80}", re.ASCII)
_TOKEN = re.compile(r"[-\w]{8,32}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,19}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WEIGHT = re.compile(r"[01](\.[0-9]{1,6})?|\.[0-9]{1,6}")
# A minus sign that starts a word, as in web searches: “beach -people”, “beach -"many people"”.
_MINUS = re.compile(r'(?:^|\s)[-−–](?:"([^"]*)"|([^\s"]+))')


def values_of(params: Mapping[str, Any], name: str) -> list[str]:
    """All values of a repeated parameter, of a QueryDict or of a plain mapping."""
    if hasattr(params, "getlist"):
        found: Any = params.getlist(name)
    else:
        found = params.get(name)
    if found is None:
        return []
    if isinstance(found, str) or not isinstance(found, Sequence):
        found = [found]
    return [str(value) for value in found]


def value_of(params: Mapping[str, Any], name: str) -> str:
    """The last value of a parameter, as Django's QueryDict gives it; empty when missing."""
    found = values_of(params, name)
    return found[-1] if found else ""


def clean_text(text: str) -> str:
    """Composed characters, single spaces, no control or invisible formatting characters."""
    # Unpaired surrogates can be in a Python string, never in a database or a tokenizer.
    text = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode())
    kept = "".join(c if _is_shown(c) else " " for c in text)
    return " ".join(kept.split())


def _is_shown(character: str) -> bool:
    # The zero-width joiner holds emoji together; U+FFFD stands for bytes that were no text.
    if character in "\u200d\ufffd":
        return character == "\u200d"
    return unicodedata.category(character)[0] != "C"


def drop_bare_marks(text: str) -> str:
    """The text, or nothing if it holds punctuation only."""
    return text if any(unicodedata.category(c)[0] not in "PZC" for c in text) else ""


def cut_words(text: str) -> tuple[str, bool]:
    """Cleaned words, at most MAX_WORDS characters ending at a space; and whether any were cut."""
    # Cleaning never lengthens a text by more than a few times; this bounds its work.
    bounded = clean_text(text[: 20 * MAX_WORDS])
    if len(bounded) <= MAX_WORDS and len(text) <= 20 * MAX_WORDS:
        return bounded, False
    return bounded[: MAX_WORDS + 1].rpartition(" ")[0] or bounded[:MAX_WORDS], True


def split_minus(words: str) -> tuple[str, list[str]]:
    """Words to look for, and those that a minus sign in front leaves out."""
    excluded = [drop_bare_marks(quoted or bare).strip() for quoted, bare in _MINUS.findall(words)]
    wanted = drop_bare_marks(clean_text(_MINUS.sub(" ", words)))
    return wanted, [word for word in excluded if word]


def unique(values: Iterable[T]) -> tuple[T, ...]:
    """The first MAX_REPEATS different values, in their order."""
    return tuple(dict.fromkeys(values))[:MAX_REPEATS]


def ids_of(params: Mapping[str, Any], name: str) -> tuple[int, ...]:
    """The positive integers among the values that a primary key could be."""
    numbers = (int(v) for v in values_of(params, name) if _NUMBER.fullmatch(v))
    return unique(n for n in numbers if 0 < n <= MAX_ID)


def slugs_of(params: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The values that a collection's slug could be."""
    return unique(v for v in values_of(params, name) if _SLUG.fullmatch(v))


def texts_of(params: Mapping[str, Any], name: str, *, limit: int) -> tuple[str, ...]:
    """The cleaned, not empty values, each cut at `limit` characters."""
    cleaned = (clean_text(v[: 2 * limit])[:limit].strip() for v in values_of(params, name))
    return unique(v for v in cleaned if v)


def token_of(params: Mapping[str, Any], name: str) -> str:
    """The value if a query picture's token could look like it, else nothing."""
    value = value_of(params, name)
    return value if _TOKEN.fullmatch(value) else ""


def weight_of(params: Mapping[str, Any], name: str, *, default: float) -> float:
    """A share from 0 to 1 in hundredths; anything else is the default."""
    value = value_of(params, name)
    if not _WEIGHT.fullmatch(value) or float(value) > 1:
        return default
    return round(float(value), 2)


def date_of(params: Mapping[str, Any], name: str) -> date | None:
    """A calendar day written 2024-05-12."""
    value = value_of(params, name)
    if not _DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def year_of(params: Mapping[str, Any], name: str) -> int | None:
    """A year that a date can have, with room for the day after it."""
    value = value_of(params, name)
    return int(value) if _NUMBER.fullmatch(value) and 1 <= int(value) <= 9998 else None


def page_of(params: Mapping[str, Any], name: str) -> int:
    """A page's number from 1; anything else is the first page."""
    value = value_of(params, name)
    if not _NUMBER.fullmatch(value):
        return 1
    return min(max(int(value), 1), MAX_PAGE)
