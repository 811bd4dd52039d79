"""Run a server as long as any process uses it, then stop it.

A separate program that uses only the standard library, so that it starts in milliseconds and stays
small. Every process that uses the server holds a shared lock on a file. The keeper waits for the
exclusive lock, which it gets when the last user has ended in any way (the system releases the locks
of a killed process). Then it stops the server. No process has to count, and none is left running.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import fcntl
import logging
import logging.handlers
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

LOG_BYTES = 5 * 1024 * 1024  # of one log file, before it is rotated to .1
LOG_BACKUPS = 2
PR_SET_PDEATHSIG = 1  # of linux/prctl.h
INTERRUPTIONS = 1 << (signal.SIGINT - 1) | 1 << (signal.SIGHUP - 1)  # bits of a signal mask


def die_with_parent(signum: int) -> Callable[[], None] | None:
    """Return a preexec function: the system signals the child when the thread that started it ends.

    Linux only; None elsewhere. Use it from a thread that lives as long as its process.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork, after which few calls are safe
    parent = os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signum)
        if os.getppid() != parent:  # the parent ended before we could ask
            os.kill(os.getpid(), signal.SIGKILL)

    return ask


def end_with_parent(signum: int) -> None:
    """Have the system signal this process when the one that started it ends. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signum)


def parent_was_interrupted() -> bool:
    """Return whether the process that started this one is handling a SIGINT or SIGHUP of its own.

    GNU make does not pass on a signal that was sent to it alone: it blocks the signal and waits
    for its children, assuming that they received it from the terminal. Linux only.
    """
    if sys.platform != "linux":
        return False
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{os.getppid()}/status").read_text().splitlines():
            if line.startswith("SigBlk:"):
                return bool(int(line.split()[1], 16) & INTERRUPTIONS)
    return False


def rotating_log(path: Path) -> logging.Handler:
    """Return a log file that never grows past LOG_BYTES × (LOG_BACKUPS + 1)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=LOG_BYTES, backupCount=LOG_BACKUPS, encoding="utf-8", errors="replace"
    )
    handler.setFormatter(logging.Formatter("%(message)s"))
    return handler


def write_line(handler: logging.Handler, line: str) -> None:
    """Write one line to a rotating log."""
    handler.handle(logging.LogRecord("", logging.INFO, "", 0, line, None, None))


def copy_lines(stream: IO[bytes] | None, handler: logging.Handler) -> None:
    """Copy a server's output to its log until it closes its output."""
    for line in stream or ():
        write_line(handler, line.decode(errors="replace").rstrip("\n"))


class Keeper:
    """One server process and the two reasons to stop it: no users left, or a signal."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.server = subprocess.Popen(
            options.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            umask=0o077,
            start_new_session=True,
            user=options.uid,
            group=options.gid,
            extra_groups=None if options.uid is None else [],
            preexec_fn=die_with_parent(options.stop_signal),
        )

    def stop(self) -> None:
        """Ask the server to stop, and kill it if it does not."""
        if self.server.poll() is not None:
            return
        self.server.send_signal(self.options.stop_signal)
        try:
            self.server.wait(self.options.stop_timeout)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.server.pid, signal.SIGKILL)

    def stop_when_unused(self) -> None:
        """Wait for the exclusive lock, which is granted when no process uses the server any
        more."""
        with self.options.lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.stop()
            # Held until the process ends, so that a new user waits until this server has really
            # stopped.
            self.server.wait()
            threading.Event().wait()

    def run(self) -> int:
        """Run the server until it ends. Return its exit status, or 128 + the signal that ended
        it."""
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(
                signum, lambda *_: threading.Thread(target=self.stop, daemon=True).start()
            )
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self.options.pid_file.write_text(f"{self.server.pid}\n")
        threading.Thread(target=self.stop_when_unused, daemon=True).start()
        log = rotating_log(self.options.log)
        output = threading.Thread(target=copy_lines, args=(self.server.stdout, log), daemon=True)
        output.start()
        status = self.server.wait()
        output.join(timeout=1)  # a killed server's children may still hold the pipe open
        self.options.pid_file.unlink(missing_ok=True)
        return status if status >= 0 else 128 - status


def parse(arguments: list[str]) -> argparse.Namespace:
    """Parse the command line: what to run, as which user, and with which files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lock", type=Path, required=True, help="users hold a shared lock on it")
    parser.add_argument("--pid-file", type=Path, required=True, help="holds the server's id")
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--stop-signal", type=int, default=int(signal.SIGTERM))
    parser.add_argument("--stop-timeout", type=float, default=30.0, help="seconds before SIGKILL")
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("command", nargs="+")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(Keeper(parse(sys.argv[1:])).run())
