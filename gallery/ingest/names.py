"""File names as people gave them, made safe to show. Pure. A name is never used as a path."""

from __future__ import annotations

import unicodedata

# The longest name kept, in characters; the model's column holds as many.
MAX_NAME_CHARACTERS = 255
# The longest extension worth keeping when a name is cut, in characters with the dot.
MAX_EXTENSION_CHARACTERS = 12
UNNAMED = "unnamed"
_FORM_ESCAPES = (("%22", '"'), ("%0D", "\r"), ("%0A", "\n"))

# Invisible letters that scripts and emoji need; all other format characters, right-to-left marks
# and overrides among them, can make a name read as another and are dropped.
_JOINERS = {"\u200c", "\u200d"}


def display_name(raw: str) -> str:
    """The last part of a file's name: composed (NFC), visible, on one line, at most 255 long."""
    last = raw.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    return _clean(last) or UNNAMED


def name_of_form(raw: str) -> str:
    """A multipart form's name as it was before the browser escaped it: three signs, no others.

    HTML's “multipart/form-data” encoding writes a quote and line ends so, and a percent sign as
    itself; hence a file really called “a%22.jpg” cannot be told apart.
    """
    for escape, sign in _FORM_ESCAPES:
        raw = raw.replace(escape, sign)
    return raw


def display_path(raw: str) -> str:
    """A name with its folders, for messages about files of a folder or a zip."""
    parts = (_clean(part) for part in raw.replace("\\", "/").split("/"))
    return shorten("/".join(part for part in parts if part), MAX_NAME_CHARACTERS) or UNNAMED


def shorten(name: str, limit: int) -> str:
    """The name cut to a number of characters, its extension kept."""
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
