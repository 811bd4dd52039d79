"""Why a file is not taken in: one reason code and one plain sentence each. Pure.

Every sentence names the file and says what is wrong or what to do. Ingest raises only these.
"""

from __future__ import annotations

from typing import Final

from gallery.exceptions import Refused
from gallery.ingest.formats import ACCEPTED_IN_WORDS
from gallery.ingest.names import shorten

# Longest file name quoted inside a sentence, in characters; the item shows the whole name beside.
MAX_QUOTED_NAME_CHARACTERS = 60

_SENTENCES: Final[dict[str, str]] = {
    "empty": "“{name}” is empty.",
    "too_many_bytes": "“{name}” is larger than {limit}, the most this site takes for one file.",
    "not_a_picture": "“{name}” is {kind}, not a picture this site can read: use {accepted}.",
    "unknown_format": "“{name}” is not a picture this site can read: use {accepted}.",
    "too_many_pixels": (
        "“{name}” says it is {width} × {height} pixels, more than this site takes:"
        " make it smaller and try again."
    ),
    "truncated": "“{name}” is cut short: part of the file is missing, so copy it again and retry.",
    "damaged": "“{name}” is damaged and cannot be read as a picture.",
    "too_slow": "“{name}” took too long to read and was given up.",
    "too_much_memory": "“{name}” needs more memory to read than this site gives one picture.",
    "decoder_failed": "“{name}” made the picture reader fail and was left out.",
    "not_stored": "“{name}” could not be stored: {detail}.",
    "unreadable_file": "“{name}” cannot be opened: {detail}.",
    "archive_damaged": "“{name}” is not a zip that can be read: make it again and retry.",
    "archive_too_many_bytes": (
        "“{name}” is larger than {limit}, the most this site takes for a zip."
    ),
    "archive_too_many_members": (
        "“{name}” holds more than {limit} files: split it into smaller zips."
    ),
    "archive_unpacks_too_large": (
        "“{name}” unpacks to more than {limit}; the pictures from here on were left out."
    ),
    "archive_without_pictures": "“{name}” has no files in it.",
    "member_bomb": "“{name}” unpacks to far more than it holds, so it was not unpacked.",
    "member_outside": "“{name}” has a name that points outside its zip, so it was left out.",
    "member_encrypted": "“{name}” is protected by a password: unpack the zip and add the pictures.",
    "member_compression": (
        "“{name}” is packed in a way this site cannot unpack: unpack the zip and add the pictures."
    ),
    "member_damaged": "“{name}” is damaged inside its zip.",
    "nested_archive": "“{name}” is a zip inside a zip: unpack it and add the pictures.",
}


def refusal(reason: str, name: str, **facts: object) -> Refused:
    """The Refused to raise for a file: its reason code and its sentence, with the name in it."""
    quoted = shorten(name, MAX_QUOTED_NAME_CHARACTERS) or "The file"
    sentence = _SENTENCES[reason].format(name=quoted, accepted=ACCEPTED_IN_WORDS, **facts)
    return Refused(sentence, reason=reason)


def reason_of(error: OSError) -> str:
    """What the system says went wrong, as the end of a sentence: “no space left on device”."""
    return (error.strerror or "the system gave no reason").lower()


def size_in_words(size_bytes: int) -> str:
    """A limit as people say it: “100 MB”, “4 GB”."""
    size = float(size_bytes)
    for unit in ("bytes", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            return f"{size:,.1f}".removesuffix(".0") + f" {unit}"
        size /= 1024
    raise AssertionError("unreachable")
