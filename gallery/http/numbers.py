"""Numbers in forms and addresses, which hold whatever somebody sends. Pure."""

from __future__ import annotations

from collections.abc import Iterable

# Every number of 18 digits fits PostgreSQL's bigint.
MAX_DIGITS = 18


def is_number(text: str) -> bool:
    """True for the digits of a number that a primary key or a count could be."""
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS


def numbers_of(texts: Iterable[str]) -> set[int]:
    """Those of the texts that are such numbers."""
    return {int(text) for text in texts if is_number(text)}
