"""Parse URL parameters: untrusted text becomes values that are valid in a query.

Pure functions that never raise: invalid values are dropped. Only query.py uses them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

T = TypeVar("T")

# Characters. CLIP reads 77 tokens, about 300 characters of English, and ignores the rest.
MAX_WORDS = 300
# Maximum values of a repeated parameter: excluded words, pictures, collections or tags.
MAX_REPEATS = 10
# The largest bigint: PostgreSQL refuses to compare an id with anything above.
MAX_ID = 2**63 - 1
MAX_TAG_CHARACTERS = 60
# More than the engine pages through, and small enough for any integer type.
MAX_PAGE = 100_000

_SLUG = re.compile(r"[-\w]{1,80}", re.ASCII)
_TOKEN = re.compile(r"[-\w]{8,32}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,19}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WEIGHT = re.compile(r"[01](\.[0-9]{1,6})?|\.[0-9]{1,6}")
# A minus sign that starts a word, as in web searches: “beach -people”, “beach -"many people"”.
_MINUS = re.compile(r'(?:^|\s)[-−–](?:"([^"]*)"|([^\s"]+))')


def values_of(params: Mapping[str, Any], name: str) -> list[str]:
    """Return all values of a repeated parameter, from a QueryDict or a plain mapping."""
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
    """Return the last value of a parameter, like Django's QueryDict; empty if missing."""
    found = values_of(params, name)
    return found[-1] if found else ""


def clean_text(text: str) -> str:
    """Normalise text: composed characters, single spaces, no control or invisible characters."""
    # A Python string can contain unpaired surrogates; databases and tokenizers reject them.
    text = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode())
    kept = "".join(c if _is_shown(c) else " " for c in text)
    return " ".join(kept.split())


def _is_shown(character: str) -> bool:
    # Keep the zero-width joiner, which is part of emoji. U+FFFD stands for invalid bytes.
    if character in "\u200d\ufffd":
        return character == "\u200d"
    return unicodedata.category(character)[0] != "C"


def drop_bare_marks(text: str) -> str:
    """Return the text, or an empty string if it is only punctuation."""
    return text if any(unicodedata.category(c)[0] not in "PZC" for c in text) else ""


def cut_words(text: str) -> tuple[str, bool]:
    """Return cleaned words, cut to MAX_WORDS characters at a space, and whether any were cut."""
    # Cleaning can lengthen a text only by a small factor; this limits the work.
    bounded = clean_text(text[: 20 * MAX_WORDS])
    if len(bounded) <= MAX_WORDS and len(text) <= 20 * MAX_WORDS:
        return bounded, False
    return bounded[: MAX_WORDS + 1].rpartition(" ")[0] or bounded[:MAX_WORDS], True


def split_minus(words: str) -> tuple[str, list[str]]:
    """Split text into words to search for and words excluded with a minus sign."""
    excluded = [drop_bare_marks(quoted or bare).strip() for quoted, bare in _MINUS.findall(words)]
    wanted = drop_bare_marks(clean_text(_MINUS.sub(" ", words)))
    return wanted, [word for word in excluded if word]


def unique(values: Iterable[T]) -> tuple[T, ...]:
    """Return the first MAX_REPEATS distinct values in order."""
    return tuple(dict.fromkeys(values))[:MAX_REPEATS]


def has_too_many(params: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Return whether one of these parameters has more distinct values than are used."""
    return any(len(set(values_of(params, name))) > MAX_REPEATS for name in names)


def ids_of(params: Mapping[str, Any], name: str) -> tuple[int, ...]:
    """Return the values that are valid primary keys."""
    numbers = (int(v) for v in values_of(params, name) if _NUMBER.fullmatch(v))
    return unique(n for n in numbers if 0 < n <= MAX_ID)


def slugs_of(params: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return the values that are valid collection slugs."""
    return unique(v for v in values_of(params, name) if _SLUG.fullmatch(v))


def texts_of(params: Mapping[str, Any], name: str, *, limit: int) -> tuple[str, ...]:
    """Return the cleaned, non-empty values, each cut at `limit` characters."""
    cleaned = (clean_text(v[: 2 * limit])[:limit].strip() for v in values_of(params, name))
    return unique(v for v in cleaned if v)


def names_of(params: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return the cleaned values that name parts of a query; the query drops unknown names."""
    return tuple(clean_text(value[: 2 * MAX_WORDS]) for value in values_of(params, name))


def token_of(params: Mapping[str, Any], name: str) -> str:
    """Return the value if it has the form of a query picture's token, else an empty string."""
    value = value_of(params, name)
    return value if _TOKEN.fullmatch(value) else ""


def weight_of(params: Mapping[str, Any], name: str, *, default: float) -> float:
    """Parse a share from 0 to 1, rounded to hundredths; anything else is the default."""
    value = value_of(params, name)
    if not _WEIGHT.fullmatch(value) or float(value) > 1:
        return default
    return round(float(value), 2)


def date_of(params: Mapping[str, Any], name: str) -> date | None:
    """Parse a day such as 2024-05-12."""
    value = value_of(params, name)
    if not _DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def year_of(params: Mapping[str, Any], name: str) -> int | None:
    """Parse a year that a date can have, with room for the following day."""
    value = value_of(params, name)
    return int(value) if _NUMBER.fullmatch(value) and 1 <= int(value) <= 9998 else None


def page_of(params: Mapping[str, Any], name: str) -> int:
    """Parse a page number from 1; anything else is the first page."""
    value = value_of(params, name)
    if not _NUMBER.fullmatch(value):
        return 1
    return min(max(int(value), 1), MAX_PAGE)
