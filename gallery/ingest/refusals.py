"""Why a file is refused: a reason code and a plain sentence for each case. Pure.

Every sentence names the file and says what is wrong or what to do. Ingest raises only these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.exceptions import Refused
from gallery.ingest.formats import ACCEPTED_IN_WORDS
from gallery.ingest.names import shorten

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# Longest file name quoted in a sentence, in characters. The page shows the full name next to it.
MAX_QUOTED_NAME_CHARACTERS = 60

_SENTENCES: Final[dict[str, StrPromise]] = {
    "empty": _("“{name}” is empty."),
    "too_many_bytes": _("“{name}” is larger than {limit}, the limit for one file."),
    "not_a_picture": _("“{name}” is {kind}, which isn’t supported: use {accepted}."),
    "unknown_format": _("“{name}” isn’t a supported picture: use {accepted}."),
    "too_many_pixels": _(
        "“{name}” is {width} × {height} pixels, which is over the limit: resize it and try again."
    ),
    "truncated": _("“{name}” is incomplete: copy the file again and retry."),
    "damaged": _("“{name}” is damaged and can’t be read as a picture."),
    "too_slow": _("“{name}” took too long to read."),
    "too_much_memory": _("“{name}” needs more memory to read than the limit for one picture."),
    "decoder_failed": _("“{name}” couldn’t be read: it crashes the picture reader."),
    "not_stored": _("“{name}” couldn’t be stored: {detail}."),
    "unreadable_file": _("“{name}” can’t be opened: {detail}."),
    "archive_damaged": _("“{name}” isn’t a valid zip: create it again and retry."),
    "archive_too_many_bytes": _("“{name}” is larger than {limit}, the limit for a zip."),
    "archive_too_many_members": _(
        "“{name}” has more than {limit} files: split it into smaller zips."
    ),
    "archive_unpacks_too_large": _(
        "“{name}” unpacks to more than {limit}, so the rest of its pictures were skipped."
    ),
    "archive_without_pictures": _("“{name}” has no files in it."),
    "member_bomb": _("“{name}” unpacks to far more than its packed size, so it was skipped."),
    "member_outside": _("“{name}” has a path that points outside its zip, so it was skipped."),
    "member_encrypted": _(
        "“{name}” is password-protected: unpack the zip and add the pictures instead."
    ),
    "member_compression": _(
        "“{name}” uses an unsupported compression: unpack the zip and add the pictures instead."
    ),
    "member_damaged": _("“{name}” is damaged inside its zip."),
    "nested_archive": _("“{name}” is a zip inside a zip: unpack it and add the pictures instead."),
}


def refusal(reason: str, name: str, **facts: object) -> Refused:
    """Return the Refused to raise for a file, with its reason code and a sentence that names it."""
    quoted = shorten(name, MAX_QUOTED_NAME_CHARACTERS) or gettext("The file")
    sentence = str(_SENTENCES[reason]).format(name=quoted, accepted=ACCEPTED_IN_WORDS, **facts)
    return Refused(sentence, reason=reason)


def reason_of(error: OSError) -> str:
    """Return the system's error message as the end of a sentence: “no space left on device”."""
    return (error.strerror or gettext("unknown reason")).lower()


def size_in_words(size_bytes: int) -> str:
    """Return a size as people write it: “100 MB”, “4 GB”."""
    size = float(size_bytes)
    for unit in (gettext("bytes"), gettext("KB"), gettext("MB"), gettext("GB")):
        if size < 1024 or unit == gettext("GB"):
            return f"{size:,.1f}".removesuffix(".0") + f" {unit}"
        size /= 1024
    raise AssertionError("unreachable")
