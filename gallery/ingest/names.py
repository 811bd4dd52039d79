"""Make file names that people chose safe to display. Pure. A name is never used as a path."""

from __future__ import annotations

import unicodedata

# The longest name kept, in characters: the length of the model's column.
MAX_NAME_CHARACTERS = 255
# The longest extension worth keeping when a name is cut, in characters with the dot.
MAX_EXTENSION_CHARACTERS = 12
UNNAMED = "unnamed"
_FORM_ESCAPES = (("%22", '"'), ("%0D", "\r"), ("%0A", "\n"))

# Invisible characters that scripts and emoji need. All other format characters, such as
# right-to-left marks and overrides, can make a name read as another one and are dropped.
_JOINERS = {"\u200c", "\u200d"}


def display_name(raw: str) -> str:
    """Return the last part of a file's name: composed (NFC), visible, on one line, at most 255
    characters."""
    last = raw.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    return _clean(last) or UNNAMED


def name_of_form(raw: str) -> str:
    """Return a file name from a multipart form as it was before the browser escaped it.

    HTML's “multipart/form-data” encoding escapes quotes and line breaks and nothing else, not even
    percent signs, so a file really named “a%22.jpg” cannot be distinguished.
    """
    for escape, sign in _FORM_ESCAPES:
        raw = raw.replace(escape, sign)
    return raw


def display_path(raw: str) -> str:
    """Return a name with its folders, for messages about files in a folder or a zip."""
    parts = (_clean(part) for part in raw.replace("\\", "/").split("/"))
    return shorten("/".join(part for part in parts if part), MAX_NAME_CHARACTERS) or UNNAMED


def shorten(name: str, limit: int) -> str:
    """Cut the name to a number of characters, keeping its extension."""
    if len(name) <= limit:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem or len(extension) >= MAX_EXTENSION_CHARACTERS:
        return f"{name[: limit - 1].rstrip()}…"
    room = limit - len(extension) - 2
    return f"{stem[:room].rstrip()}….{extension}"


def _clean(part: str) -> str:
    composed = unicodedata.normalize("NFC", part.encode("utf-8", "replace").decode("utf-8"))
    visible = "".join(letter if _is_visible(letter) else " " for letter in composed)
    tidy = " ".join(visible.split()).strip(". ")
    return shorten(tidy, MAX_NAME_CHARACTERS)


def _is_visible(letter: str) -> bool:
    return letter in _JOINERS or unicodedata.category(letter) not in {
        "Cc",
        "Cf",
        "Cs",
        "Cn",
        "Zl",
        "Zp",
    }
