"""What PostgreSQL and Valkey have in common: they start on demand, are shared, and stop after the
last use.

See keeper.py for how the last use is detected.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from searchsite.embedded import keeper, paths
from searchsite.embedded.errors import LocalServiceError

START_TIMEOUT_S = 60.0  # PostgreSQL replays its log after a crash, which can take a while
STOP_TIMEOUT_S = 30.0
POLL_S = 0.03
LOG_TAIL_LINES = 8

# Locks that this process holds, by file: at most one per file and process.
_uses: dict[Path, int] = {}
# The keepers that this process started, by the same file, so that it can reap them.
_keepers: dict[Path, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, kw_only=True)
class Service:
    """One server: its command, its user, and how to check that it responds."""

    name: str
    var_dir: Path
    command: Callable[[], list[str]]
    answers: Callable[[], bool]
    stop_signal: signal.Signals
    owner: tuple[int, int] | None = field(default=None)  # user and group id, or None for our own

    @property
    def users_lock(self) -> Path:
        """File on which every process that uses the server holds a shared lock."""
        return paths.run_dir(self.var_dir) / f"{self.name}.users"

    @property
    def pid_file(self) -> Path:
        """File with the server's process id while a keeper runs it."""
        return paths.run_dir(self.var_dir) / f"{self.name}.pid"

    @property
    def log(self) -> Path:
        """The server's log."""
        return paths.log_dir(self.var_dir) / f"{self.name}.log"


def prepare_run_dirs(var_dir: Path) -> None:
    """Create the folders of locks, logs and sockets, and refuse a socket folder of another user."""
    try:
        var_dir.mkdir(parents=True, exist_ok=True)
        paths.log_dir(var_dir).mkdir(exist_ok=True)
        # As root, the sockets' parent must let the database's user through, and nothing more.
        mode = 0o711 if os.geteuid() == 0 else 0o700
        for folder in {paths.run_dir(var_dir), paths.socket_dir(var_dir)}:
            folder.mkdir(mode=mode, exist_ok=True)
            found = folder.lstat()
            if folder.is_symlink() or found.st_uid not in {os.geteuid(), var_dir.stat().st_uid}:
                raise LocalServiceError(
                    f"{folder} belongs to someone else. Remove it, or set VAR_DIR to a folder of"
                    " your own with a shorter path."
                )
            if found.st_uid == os.geteuid():
                folder.chmod(mode)
    except PermissionError as error:
        raise LocalServiceError(
            f"{var_dir} cannot be written by this user. Run as its owner, or set VAR_DIR to"
            " another folder."
        ) from error


def hold(service: Service) -> None:
    """Register this process as a user of the server until it ends or calls `release`."""
    if service.users_lock in _uses:
        return
    try:
        lock = os.open(service.users_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError as error:
        raise LocalServiceError(
            f"{service.users_lock} belongs to another user. Run as that user, or set VAR_DIR to"
            " another folder."
        ) from error
    fcntl.flock(lock, fcntl.LOCK_SH)  # waits while an unused server is stopping
    _uses[service.users_lock] = lock


def release(service: Service) -> None:
    """Unregister this process. The server stops by itself when no other process uses it."""
    lock = _uses.pop(service.users_lock, None)
    if lock is not None:
        os.close(lock)


def release_and_wait(service: Service, *, timeout_s: float = STOP_TIMEOUT_S) -> None:
    """Unregister this process and wait until the server has stopped, unless others use it."""
    release(service)
    if not service.users_lock.exists():
        return
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if _lockable(service.users_lock, fcntl.LOCK_EX):
            if not is_alive(service):
                _reap(service, timeout_s=max(0.0, deadline - time.monotonic()))
                return
        elif _lockable(service.users_lock, fcntl.LOCK_SH):
            return  # others use it
        time.sleep(POLL_S)


def _reap(service: Service, *, timeout_s: float) -> None:
    started_here = _keepers.pop(service.users_lock, None)
    if started_here is not None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            started_here.wait(timeout_s)


def is_alive(service: Service) -> bool:
    """Return whether the server's process exists, by the id that its keeper recorded. Cheap."""
    try:
        os.kill(int(service.pid_file.read_text()), 0)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return True


def ensure(service: Service, *, prepare: Callable[[], None], finish: Callable[[], None]) -> None:
    """Start the server if needed and register this process as its user.

    `prepare` runs before a server is started, `finish` once after its first response, both under
    a lock that lets one process at a time start the server. Raise LocalServiceError.
    """
    hold(service)
    with _only_one(paths.run_dir(service.var_dir) / f"{service.name}.start"):
        if not _is_ready(service):
            prepare()
            _start(service)
        finish()


def _is_ready(service: Service) -> bool:
    # Both: the server may already respond before the keeper has written its process id.
    return service.answers() and is_alive(service)


def _start(service: Service) -> None:
    """Start a keeper and wait. Try again if the server ends at once, which can happen after a
    crash."""
    deadline = time.monotonic() + START_TIMEOUT_S
    pause_s = 0.1
    while time.monotonic() < deadline:
        running = _keepers[service.users_lock] = _start_keeper(service)
        while running.poll() is None and time.monotonic() < deadline:
            if _is_ready(service):
                return
            time.sleep(POLL_S)
        time.sleep(pause_s)
        pause_s = min(pause_s * 2, 2.0)
        if pause_s >= 2.0 and running.poll() is not None:
            break
    raise LocalServiceError(
        f"The local {service.name} did not start. The end of {service.log}:\n{_tail(service.log)}"
    )


def _start_keeper(service: Service) -> subprocess.Popen[bytes]:
    ids = (
        [] if service.owner is None else [f"--uid={service.owner[0]}", f"--gid={service.owner[1]}"]
    )
    return subprocess.Popen(
        [
            *(sys.executable, "-I", "-S", keeper.__file__),
            *(f"--lock={service.users_lock}", f"--pid-file={service.pid_file}"),
            *(f"--log={service.log}", f"--stop-signal={int(service.stop_signal)}"),
            *ids,
            "--",
            *service.command(),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,  # Ctrl-C in a terminal must not reach it
    )


@contextlib.contextmanager
def _only_one(file: Path) -> Iterator[None]:
    lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _lockable(file: Path, kind: int) -> bool:
    lock = os.open(file, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


def _tail(log: Path) -> str:
    if not log.exists():
        return "(empty)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])
