"""Read untrusted pictures in a small pool of resource-limited child processes.

`decode` is the only way that ingest turns bytes into pictures. It is safe in threads (each call has
its own child, at most one per processor core) and after a fork (Celery's prefork): the new process
forgets its parent's children and starts its own.
"""

from __future__ import annotations

import atexit
import logging
import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from gallery.exceptions import DecoderFailed
from gallery.ingest.child_process import ChildGone, ChildProcess
from gallery.ingest.formats import PictureFormat
from gallery.ingest.limits import decode_limits
from gallery.ingest.refusals import refusal

logger = logging.getLogger(__name__)

# A child is replaced after this many pictures, so that leaks in C libraries stay bounded.
MAX_PICTURES_PER_CHILD = 500

_COLOR = re.compile(r"#[0-9a-f]{6}")
_FACT_NAMES = ("camera", "lens", "exposure_s", "f_number", "iso", "focal_length_mm")
_REASONS = {"damaged", "truncated", "too_many_pixels", "too_much_memory"}


@dataclass(frozen=True, kw_only=True)
class DecodedPicture:
    """What the child read from a picture. Width and height are in pixels, after orientation is
    applied."""

    width: int
    height: int
    average_color: str
    perceptual_hash: int
    taken_at: datetime | None
    facts: dict[str, str | int | float]
    renditions: dict[int, bytes] = field(repr=False)


def decode(
    path: Path, *, picture_format: PictureFormat, name: str, widths: Sequence[int]
) -> DecodedPicture:
    """Read the picture at `path` and make a WebP copy at each width.

    Raise Refused if the picture is not acceptable, DecoderFailed if it crashed or hung the child.
    """
    limits = decode_limits()
    request = {
        "path": str(path.absolute()),
        "format": picture_format.pillow_name,
        "widths": list(widths),
        "max_pixels": limits.max_pixels,
        "max_side": limits.max_side,
        "memory_bytes": limits.memory_bytes,
        "timeout_s": limits.timeout_s,
    }
    reply, blobs = _ask(request, name)
    if reply.get("ok") is not True:
        raise _refusal_of(reply, name)
    try:
        return _picture_of(reply, blobs, widths)
    except (LookupError, TypeError, ValueError) as error:
        logger.error("The decoder's child sent an invalid reply for %s", name)
        raise _failed("decoder_failed", name) from error


def _ask(request: dict[str, Any], name: str) -> tuple[dict[str, Any], list[bytes]]:
    """Send a request to a child. If a used child dies, retry once in a fresh one: the picture may
    not be to blame."""
    with _pool.borrowed() as slot:
        while True:
            child = slot.child()
            try:
                return child.ask(request)
            except ChildGone as error:
                slot.discard()
                logger.warning("The decoder's child died while reading %r: %s", name, error)
                if error.too_slow:
                    raise _failed("too_slow", name) from error
                if child.pictures == 1:
                    raise _failed("decoder_failed", name) from error


def _failed(reason: str, name: str) -> DecoderFailed:
    return DecoderFailed(refusal(reason, name).sentence, reason=reason)


def _refusal_of(reply: Mapping[str, Any], name: str) -> Exception:
    reason = reply.get("reason")
    logger.debug("Refused %r: %s %s", name, reason, reply.get("detail", ""))
    if reason == "too_many_pixels":
        width, height = int(reply.get("width", 0)), int(reply.get("height", 0))
        return refusal(reason, name, width=f"{width:,}", height=f"{height:,}")
    return refusal(reason if reason in _REASONS else "damaged", name)


def _picture_of(
    reply: Mapping[str, Any], blobs: list[bytes], widths: Sequence[int]
) -> DecodedPicture:
    """Check every field: the child has read hostile bytes, so its reply is not trusted."""
    color = str(reply["average_color"])
    if not _COLOR.fullmatch(color):
        raise ValueError(color)
    facts = reply["facts"]
    copies = {int(width): blobs[int(index)] for width, index in reply["copies"]}
    return DecodedPicture(
        width=_within(reply["width"], 1, 1 << 31),
        height=_within(reply["height"], 1, 1 << 31),
        average_color=color,
        perceptual_hash=_within(reply["perceptual_hash"], -(1 << 63), 1 << 63),
        taken_at=_date_of(facts.get("taken_at")),
        facts={key: _fact(facts[key]) for key in _FACT_NAMES if key in facts},
        renditions={width: copies[width] for width in widths},
    )


def _within(value: object, low: int, below: int) -> int:
    if not isinstance(value, int) or not low <= value < below:
        raise ValueError(value)
    return value


def _fact(value: object) -> str | int | float:
    if not isinstance(value, (str, int, float)) or len(str(value)) > 200:
        raise TypeError(value)
    return value.replace("\x00", "") if isinstance(value, str) else value


def _date_of(value: object) -> datetime | None:
    """Return the time on the camera's clock, read in the site's time zone if it has no offset."""
    if not isinstance(value, str):
        return None
    moment = datetime.fromisoformat(value)
    aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
    return aware if aware < timezone.now() + timedelta(days=1) else None


class _Slot:
    """The right to one child, held by one thread for one picture."""

    def __init__(
        self, child: ChildProcess | None, give_back: Callable[[ChildProcess | None], None]
    ) -> None:
        self._child = child
        self._give_back = give_back

    def __enter__(self) -> _Slot:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        # Interrupted in the middle of a reply: the rest of it would be taken for the next one.
        if kind is not None:
            self.discard()
        self._give_back(self._child)

    def child(self) -> ChildProcess:
        """Return a living child: the current one, or a new one."""
        is_used_up = self._child is not None and self._child.pictures >= MAX_PICTURES_PER_CHILD
        if self._child is not None and (is_used_up or not self._child.is_alive):
            self.discard()
        if self._child is None:
            self._child = ChildProcess()
        return self._child

    def discard(self) -> None:
        """Stop the current child."""
        if self._child is not None:
            self._child.stop()
            self._child = None


class DecoderPool:
    """The children of this process. Idle ones are reused, last in first out."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._idle: list[ChildProcess] = []
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(size)

    def borrowed(self) -> _Slot:
        """Wait for a free slot. Use it as a context manager."""
        self._free.acquire()
        with self._lock:
            child = self._idle.pop() if self._idle else None
        return _Slot(child, self._give_back)

    def close(self) -> None:
        """Stop the idle children."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.stop()

    def forget(self) -> None:
        """Drop the parent's children after a fork, without touching them."""
        for child in self._idle:
            child.forget()
        self.__init__(self._size)  # type: ignore[misc]

    def _give_back(self, child: ChildProcess | None) -> None:
        with self._lock:
            if child is not None:
                self._idle.append(child)
        self._free.release()


_pool = DecoderPool(max(1, os.cpu_count() or 1))
atexit.register(_pool.close)
os.register_at_fork(after_in_child=_pool.forget)
