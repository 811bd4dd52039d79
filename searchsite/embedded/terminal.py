"""What `make run` prints: one short line at a time, each with the name of its source."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from searchsite.embedded import keeper

NAME_WIDTH = 12
LINE_LENGTH = 240  # characters; the whole line is in the log
REPEAT_S = 30.0  # a line that differs only in numbers is shown once per this period
QUIET_LEVELS = re.compile(r"\b(?:DEBUG|INFO)\b")
LEVELS = re.compile(r"\b(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\b")

_one_at_a_time = threading.Lock()


def say(name: str, text: str) -> None:
    """Print one line with a prefix. Printing never stops the site, even if the terminal is gone."""
    shown = text if len(text) <= LINE_LENGTH else f"{text[: LINE_LENGTH - 1]}…"
    line = f"{name:<{NAME_WIDTH}} | {shown}\n" if name else f"{shown}\n"
    with _one_at_a_time:
        try:
            sys.stdout.write(line)
            sys.stdout.flush()
        except (OSError, ValueError):
            return


class LevelFilter:
    """Selects the log lines that people want to see: warnings and errors, without tracebacks.

    Only the last line of a traceback is shown, which names the error, and repeated lines are shown
    once in a while.
    """

    def __init__(self) -> None:
        self._shows = False
        self._shown_at: dict[str, float] = {}

    def shows(self, line: str) -> bool:
        """Return whether this line is a warning, an error, or a continuation of one."""
        if not line or line[0].isspace() or line.startswith("Traceback"):
            return False
        if LEVELS.search(line):
            self._shows = not QUIET_LEVELS.search(line)
        return self._shows and self._is_news(line)

    def _is_news(self, line: str) -> bool:
        now = time.monotonic()
        self._shown_at = {k: at for k, at in self._shown_at.items() if now - at < REPEAT_S}
        return self._shown_at.setdefault(re.sub(r"\d+", "0", line), now) == now


def copy_output(name: str, stream: IO[bytes], log_file: Path) -> None:
    """Write a child's output to its log, and print what matters on the terminal."""
    log = keeper.rotating_log(log_file)
    wanted = LevelFilter()
    try:
        for line in _lines(stream):
            keeper.write_line(log, line)
            if wanted.shows(line):
                say(name, line)
    finally:
        log.close()


def _lines(stream: IO[bytes]) -> Iterable[str]:
    for line in stream:
        yield line.decode(errors="replace").rstrip("\r\n")
