"""The user that PostgreSQL runs as: it refuses root, so root runs it as an unprivileged user."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from pathlib import Path

from searchsite.embedded.errors import LocalServiceError

SERVER_USER = "pgserver"
FALLBACK_USER = "nobody"  # where users cannot be added, as in some containers


def server_owner(data_dir: Path) -> tuple[int, int] | None:
    """Return the user and group id that the database must run as, or None for the current user.

    Data created by an ordinary user stays that user's when root runs the site. Raise
    LocalServiceError if the data belongs to another user and we are not root.
    """
    found = data_dir.stat() if data_dir.exists() else None
    if os.geteuid() != 0:
        if found is not None and found.st_uid != os.geteuid():
            raise LocalServiceError(
                f"{data_dir} belongs to another user. Run as that user, or set VAR_DIR to another"
                " folder."
            )
        return None
    if found is not None and found.st_uid != 0:
        return found.st_uid, found.st_gid
    user = _server_user()
    return user.pw_uid, user.pw_gid


def _server_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/bin/false", SERVER_USER]
    try:
        subprocess.run(command, check=True, capture_output=True)
        return pwd.getpwnam(SERVER_USER)
    except (OSError, subprocess.CalledProcessError, KeyError):
        return pwd.getpwnam(FALLBACK_USER)


def let_through(path: Path, *, uid: int) -> None:
    """As root, let `uid` reach `path`, with search but not list permission on its closed
    parents."""
    for parent in path.parents:
        mode = parent.stat().st_mode
        if parent.stat().st_uid != uid and not mode & stat.S_IXOTH:
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def let_read(folder: Path, *, probe: Path) -> None:
    """As root, make an installed program readable by everyone if a strict umask prevented that."""
    if probe.stat().st_mode & stat.S_IROTH:
        return
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            searchable = path.is_dir() or mode & stat.S_IXUSR
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if searchable else 0))
