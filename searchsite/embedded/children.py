"""One supervised child process: started in a group of its own, logged, restarted, stopped whole."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from searchsite.embedded import keeper, terminal

FIRST_PAUSE_S = 0.5
MAX_PAUSE_S = 30.0
STEADY_AFTER_S = 30.0  # a child that ran this long has recovered: pauses start over
STOP_TIMEOUT_S = 20.0  # a worker may finish the batch at hand


@dataclass(frozen=True, kw_only=True)
class Program:
    """A command that `make run` keeps alive."""

    name: str
    command: list[str]
    cwd: Path
    log: Path


class Child:
    """A program and, while it runs, its process. For the supervisor's main thread only.

    Not thread-safe, and the system ends a child when the thread that started it ends.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._restart_at = 0.0
        self._pause_s = FIRST_PAUSE_S

    @property
    def is_running(self) -> bool:
        """True if the process has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the process in its own session, so that Ctrl-C reaches it only through us."""
        self._started_at = time.monotonic()
        self._process = subprocess.Popen(
            self.program.command,
            cwd=self.program.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=keeper.die_with_parent(signal.SIGTERM),
        )
        threading.Thread(
            target=terminal.copy_output,
            args=(self.program.name, self._process.stdout, self.program.log),
            daemon=True,
        ).start()

    def tend(self) -> None:
        """Notice if the process has ended, and start it again when its pause is over."""
        if self._process is None:
            if time.monotonic() >= self._restart_at:
                self.start()
            return
        status = self._process.poll()
        if status is None:
            return
        self._end_group()
        self._process = None
        if time.monotonic() - self._started_at > STEADY_AFTER_S:
            self._pause_s = FIRST_PAUSE_S
        terminal.say(
            self.program.name, f"ended ({_ended(status)}); restarting in {self._pause_s:g} s"
        )
        self._restart_at = time.monotonic() + self._pause_s
        self._pause_s = min(self._pause_s * 2, MAX_PAUSE_S)

    def ask_to_stop(self) -> None:
        """Ask the process to stop. It finishes its current work."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait_stopped(self, deadline: float) -> None:
        """Wait until the process has ended. At the deadline, kill it and everything it started."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            terminal.say(self.program.name, "did not stop in time and was killed")
        self._end_group()
        self._process.wait()
        self._process = None

    def kill(self) -> None:
        """Kill the process and everything it started."""
        self._end_group()

    def _end_group(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)


def _ended(status: int) -> str:
    if status >= 0:
        return f"status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"
