"""Checks before `make run` changes anything: no other site uses this data, and the port is free."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from searchsite.embedded.errors import LocalServiceError


@contextlib.contextmanager
def only_one(lock_file: Path, *, address: str) -> Iterator[None]:
    """Hold the site's lock. Raise LocalServiceError, naming the other process, if it is already
    running."""
    lock = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            other = lock_file.read_text().strip() or "elsewhere"
            raise LocalServiceError(
                f"The site is already running with this data: {other}. Stop it there with Ctrl-C,"
                " or set VAR_DIR and PORT to run a second one."
            ) from error
        os.ftruncate(lock, 0)
        os.write(lock, f"process {os.getpid()}, {address}\n".encode())
        yield
    finally:
        os.close(lock)


def check_port(host: str, port: int) -> None:
    """Raise LocalServiceError if it is not possible to listen at this address."""
    if not 0 < port < 65536:
        raise LocalServiceError(f"PORT is {port}: choose a number from 1 to 65535.")
    try:
        family, kind, proto, _, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        raise LocalServiceError(_why_not(host, port, error)) from error


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8000
        return f"Port {port} is taken by another program. Choose another: PORT={other} make run"
    if error.errno == errno.EACCES:
        return f"This user may not listen on port {port}. Choose one above 1023: PORT=8000 make run"
    return f"Cannot listen on {host}, port {port}: {error}. Check the settings HOST and PORT."


def address(host: str, port: int) -> str:
    """Return the URL to open on this machine."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
    return f"http://{f'[{name}]' if ':' in name and '[' not in name else name}:{port}/"
