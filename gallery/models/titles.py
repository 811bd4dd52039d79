"""A readable title for pictures without one, made from the file name. Pure."""

from __future__ import annotations

import re

# A copy number, as in “holiday (1).jpg” or “holiday copy 2.jpg”.
_COPY = re.compile(r"(?:\s*\(\d+\)|\s+copy(?:\s+\d+)?)$", re.IGNORECASE)
# Generated names: UUIDs, checksums and other long runs of hexadecimal digits.
_MACHINE_MADE = re.compile(r"(?:[0-9a-f]{8,}[\s-]?)+(?:[0-9a-f]{4}[\s-]?)*[0-9a-f]*", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s_+]+|(?<=\w)-(?=\w)")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}$")
# In characters: a longer heading no longer fits on one line.
MAX_TITLE_LENGTH = 80


def title_from_file_name(name: str) -> str:
    """Return a readable title from a file's name: “red-boat_at-sunset (1).JPG” is “Red boat at
    sunset”.

    Empty if the name means nothing, because it is a checksum or has no letters or digits.
    """
    stem = _SUFFIX.sub("", name.replace("\\", "/").rpartition("/")[2])
    words = _SEPARATORS.sub(" ", _COPY.sub("", stem)).strip(" .-")
    if not re.search(r"\w", words) or _MACHINE_MADE.fullmatch(words):
        return ""
    return shortened(words[0].upper() + words[1:])


def shortened(text: str) -> str:
    """Return the text, cut to MAX_TITLE_LENGTH characters with an ellipsis if it is longer."""
    if len(text) <= MAX_TITLE_LENGTH:
        return text
    return f"{text[: MAX_TITLE_LENGTH - 1]}…"
