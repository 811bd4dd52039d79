"""Numbers in forms and addresses, which are untrusted input. Pure."""

from __future__ import annotations

from collections.abc import Iterable

# Every number of 18 digits fits PostgreSQL's bigint.
MAX_DIGITS = 18


def is_number(text: str) -> bool:
    """Return whether the text is a number that could be a primary key or a count."""
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS


def numbers_of(texts: Iterable[str]) -> set[int]:
    """Return those of the texts that are such numbers."""
    return {int(text) for text in texts if is_number(text)}
