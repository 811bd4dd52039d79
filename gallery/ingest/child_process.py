"""The parent's side of one decoder child: start it, send requests, stop it. Knows pipes, not
pictures."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_PROJECT_DIR = Path(__file__).resolve().parents[2]
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    " from gallery.ingest.decoder_child import run; run()"
)
# The child never sees a secret: it gets these variables and no others.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}

# A reply's first line takes a few hundred bytes, and all copies of one picture a few hundred
# kilobytes. Anything larger comes from a compromised child.
MAX_LINE_BYTES = 256 * 1024
MAX_BLOB_BYTES = 64 * 1024 * 1024
# Seconds beyond the picture's own limit, by which the child's alarm should have ended it.
GRACE_S = 3


class ChildGone(Exception):
    """The child died, or stopped answering (`too_slow`)."""

    def __init__(self, *, too_slow: bool, detail: str) -> None:
        super().__init__(detail)
        self.too_slow = too_slow


class ChildProcess:
    """An isolated interpreter that reads pictures, one at a time. Not shared between threads."""

    def __init__(self) -> None:
        self.pictures = 0
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", _START, str(_PROJECT_DIR)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
            bufsize=0,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the decoder's child has no pipes")
        self._requests = self._process.stdin.fileno()
        self._replies = self._process.stdout.fileno()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """False once the process has ended."""
        return self._process.poll() is None

    def ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """Send a request and wait for its reply and blobs. Raise ChildGone."""
        deadline = time.monotonic() + request["timeout_s"] + GRACE_S
        self.pictures += 1
        try:
            self._send(json.dumps(request).encode() + b"\n")
            line, rest = self._read_line(deadline)
            reply = json.loads(line)
            lengths = [int(length) for length in reply.get("lengths", [])]
            if sum(lengths) > MAX_BLOB_BYTES or any(length < 0 for length in lengths):
                raise ChildGone(too_slow=False, detail="the reply is too long")
            body = self._read_exactly(sum(lengths), rest, deadline)
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise self._gone(repr(error)) from error
        ends = [sum(lengths[: index + 1]) for index in range(len(lengths))]
        return reply, [body[end - size : end] for end, size in zip(ends, lengths, strict=True)]

    def stop(self) -> None:
        """Kill the child, whatever it is doing, and leave no zombie."""
        self.forget()
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """Close this process's ends of the pipes: the only thing a fork may do to its parent's
        child."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _send(self, data: bytes) -> None:
        os.write(self._requests, data)

    def _read_line(self, deadline: float) -> tuple[bytes, bytes]:
        data = b""
        while b"\n" not in data:
            data += self._read_some(deadline)
            if len(data) > MAX_LINE_BYTES and b"\n" not in data[:MAX_LINE_BYTES]:
                raise ChildGone(too_slow=False, detail="the reply has no end")
        line, _, rest = data.partition(b"\n")
        return line, rest

    def _read_exactly(self, size: int, started: bytes, deadline: float) -> bytes:
        parts, have = [started], len(started)
        while have < size:
            parts.append(self._read_some(deadline))
            have += len(parts[-1])
        if have > size:
            raise ChildGone(too_slow=False, detail="the reply is longer than announced")
        return b"".join(parts)

    def _read_some(self, deadline: float) -> bytes:
        poll = select.poll()
        poll.register(self._replies, select.POLLIN)
        wait_ms = max(0, round((deadline - time.monotonic()) * 1000))
        if not poll.poll(wait_ms):
            raise ChildGone(too_slow=True, detail="no answer in time")
        data = os.read(self._replies, 1 << 18)
        if not data:
            raise self._gone("it ended")
        return data

    def _gone(self, detail: str) -> ChildGone:
        """Reap the child. Its exit status shows whether its own alarm ended it."""
        self._process.kill()
        status = self._process.wait()
        too_slow = status in (-signal.SIGALRM, -signal.SIGXCPU)
        return ChildGone(too_slow=too_slow, detail=f"{detail}, exit status {status}")
