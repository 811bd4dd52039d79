"""The child process that reads untrusted pictures. `run` is all it does.

Started by decoder.py as a bare, isolated interpreter with an empty environment. Imports Pillow,
the pure modules beside it, and nothing of the site. One request is a line of JSON on standard
input; one reply is a line of JSON on standard output, followed by the bytes it announces.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import resource
import signal
import sys
import warnings
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, ImageFile, UnidentifiedImageError

from gallery.ingest import exif, fingerprints, rendering

# Files a child may hold open at once: the pipes, the picture, and a few that the decoders open.
MAX_OPEN_FILES = 32

# Seconds after which an idle child exits. The next picture starts a new one.
IDLE_S = 300

# Words in the decoders' error messages for a file whose end is missing.
_TRUNCATED_WORDS = ("truncated", "cut short", "unexpected end", "end of file", "premature", "eof")


class _Refusal(Exception):
    """A rejected picture, with the reason code and facts that the parent puts into words."""

    def __init__(self, reason: str, **facts: int) -> None:
        super().__init__(reason)
        self.reply = {"ok": False, "reason": reason, **facts}


def run() -> None:
    """Answer requests until standard input closes."""
    replies = _private_stdout()
    _limit_process()
    _configure_pillow()
    # Ctrl-C in a terminal reaches the whole group; the parent decides when a child ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.alarm(IDLE_S)
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        _limit_picture(request)
        reply, blobs = _answer(request)
        signal.alarm(IDLE_S)
        _send(replies, reply, blobs)


def _private_stdout() -> BinaryIO:
    """Protect the reply pipe from C libraries that print: send their standard output to
    /dev/null."""
    private = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return os.fdopen(private, "wb")


def _limit_process() -> None:
    """Set the limits that hold for the whole process: no core dump, no file written, few files
    open."""
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES),
    ):
        _set_limit(limit, value)


def _limit_picture(request: dict[str, Any]) -> None:
    """Limit memory and processor time (counted from now), and set an alarm that ends even an
    orphan."""
    _set_limit(resource.RLIMIT_AS, request["memory_bytes"])
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = math.ceil(used.ru_utime + used.ru_stime) + request["timeout_s"]
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))
    signal.alarm(request["timeout_s"] + 1)


def _set_limit(limit: int, value: int) -> None:
    # macOS lacks some of these, and a lower limit may already be set.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(limit, (value, value))


def _configure_pillow() -> None:
    warnings.simplefilter("ignore")
    # The header is checked against the site's own limit before anything is decoded.
    Image.MAX_IMAGE_PIXELS = None
    ImageFile.LOAD_TRUNCATED_IMAGES = False


def _answer(request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    try:
        return _read_picture(request)
    except _Refusal as refusal:
        return refusal.reply, []
    except MemoryError:
        return {"ok": False, "reason": "too_much_memory"}, []
    except Exception as error:  # noqa: BLE001 a process boundary: decoders raise anything
        return {"ok": False, "reason": _reason_of(error), "detail": repr(error)[:300]}, []


def _reason_of(error: Exception) -> str:
    words = str(error).lower()
    if isinstance(error, EOFError) or any(word in words for word in _TRUNCATED_WORDS):
        return "truncated"
    return "too_much_memory" if "memory" in words else "damaged"


def _read_picture(request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    with Path(request["path"]).open("rb") as file, _open(file, request["format"]) as image:
        _check_size(image, request)
        rendering.load_unless_scalable(image)
        orientation = exif.orientation_of(image)
        width, height = rendering.upright_size(image.size, orientation)
        facts = exif.read_facts(image)
        widths = request["widths"]
        shown = rendering.to_display(image, width=max(widths))
        copies = rendering.webp_copies(shown, widths)
    blobs = list(dict.fromkeys(copies.values()))
    reply = {
        "ok": True,
        "width": width,
        "height": height,
        "average_color": fingerprints.average_color(shown),
        "perceptual_hash": fingerprints.perceptual_hash(shown),
        "facts": facts,
        "lengths": [len(blob) for blob in blobs],
        "copies": [[width, blobs.index(blob)] for width, blob in copies.items()],
    }
    return reply, blobs


def _open(file: BinaryIO, pillow_name: str) -> Image.Image:
    if pillow_name == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
        # There is already one child per core; threads inside it would only add memory.
        pillow_heif.options.DECODE_THREADS = 1
    try:
        return Image.open(file, formats=[pillow_name])
    except UnidentifiedImageError as error:
        raise _Refusal("damaged") from error


def _check_size(image: Image.Image, request: dict[str, Any]) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise _Refusal("damaged")
    too_many = width * height > request["max_pixels"]
    if too_many or max(width, height) > request["max_side"]:
        raise _Refusal("too_many_pixels", width=width, height=height)


def _send(replies: BinaryIO, reply: dict[str, Any], blobs: list[bytes]) -> None:
    replies.write(json.dumps(reply).encode() + b"\n")
    for blob in blobs:
        replies.write(blob)
    replies.flush()
