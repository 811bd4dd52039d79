"""Where the local services keep their files, and the URLs that reach them.

Pure functions of VAR_DIR that don't touch the disk, so that settings can name the databases before
they run.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import quote

DATABASE = "semblance"
ROLE = "semblance"
ADMIN_ROLE = "postgres"

# A socket's path holds 107 bytes on Linux and 103 on macOS.
MAX_SOCKET_PATH_BYTES = 103
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"


def run_dir(var_dir: Path) -> Path:
    """Return the folder of locks and process ids."""
    return var_dir / "run"


def log_dir(var_dir: Path) -> Path:
    """Return the folder of the logs of everything that `make run` starts."""
    return var_dir / "log"


def postgres_data_dir(var_dir: Path) -> Path:
    """Return the folder of the database cluster."""
    return var_dir / "postgres"


def valkey_data_dir(var_dir: Path) -> Path:
    """Return the working folder of Valkey, which stores nothing there: its messages are only
    hints."""
    return var_dir / "valkey"


def socket_dir(var_dir: Path) -> Path:
    """Return the folder of both sockets' folders: in VAR_DIR, or a short one if VAR_DIR is nested
    too deeply."""
    near = run_dir(var_dir)
    longest = max(
        len(bytes(near / "postgres" / POSTGRES_SOCKET)), len(bytes(near / "valkey" / VALKEY_SOCKET))
    )
    if longest <= MAX_SOCKET_PATH_BYTES:
        return near
    # Not tempfile.gettempdir(): every process must find the same folder, whatever its TMPDIR.
    # service.prepare_run_dirs refuses it if it belongs to another user.
    name = hashlib.sha256(bytes(var_dir)).hexdigest()[:16]
    return Path("/tmp") / f"semblance-{name}"  # noqa: S108


def postgres_socket_dir(var_dir: Path) -> Path:
    """Return the folder of PostgreSQL's socket, readable by its owner only."""
    return socket_dir(var_dir) / "postgres"


def valkey_socket(var_dir: Path) -> Path:
    """Return the path of Valkey's socket, in a folder readable by its owner only."""
    return socket_dir(var_dir) / "valkey" / VALKEY_SOCKET


def database_url(var_dir: Path, *, role: str = ROLE, database: str = DATABASE) -> str:
    """Return the URL of the local database, for libpq and for dj_database_url alike."""
    # The folder goes into ?host=, not into the host part, which URL parsers turn to lower case.
    return (
        f"postgres://{role}@/{database}?host={quote(str(postgres_socket_dir(var_dir)), safe='/')}"
    )


def redis_url(var_dir: Path) -> str:
    """Return the URL of the local Valkey as Celery's broker."""
    return f"redis+socket://{quote(str(valkey_socket(var_dir)), safe='/')}?virtual_host=0"


def redis_client_url(broker_url: str) -> str:
    """Return the same server's URL for Redis clients: Celery has its own notation for sockets."""
    if not broker_url.startswith("redis+socket://"):
        return broker_url
    socket = broker_url.removeprefix("redis+socket://")
    return f"unix://{socket.replace('virtual_host=', 'db=')}"
