"""Django's commands, with the local database started for commands that need it.

`manage.py` and the console command `semblance` run this. The database is started if it isn't
running and DATABASE_URL is not set, and stops after the last process that uses it. Commands run by
hand share the database of `make run` and leave nothing running.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db import OperationalError

# SQLSTATE classes of a connection that cannot be made or was closed: connection exception,
# invalid authorization, no such database, too many connections, server shutting down.
CONNECTION_FAILURES = ("08", "28", "3D", "53300", "57P")

# Commands that never open the database, or that start it themselves.
WITHOUT_DATABASE = frozenset(
    {
        "",
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "makemigrations",
        "run_site",
        "startapp",
        "startproject",
        "version",
    }
)


def needs_database(arguments: list[str]) -> bool:
    """Return whether this command line uses the database (a request for help never does)."""
    command = arguments[0] if arguments else ""
    asks_for_help = {"-h", "--help", "--version"} & set(arguments)
    if asks_for_help:
        return False
    return command not in WITHOUT_DATABASE or any(a.startswith("--database") for a in arguments)


def is_connection_failure(error: OperationalError) -> bool:
    """Return whether the database could not be reached, as opposed to rejecting a statement.

    Failed connections have no SQLSTATE, because the server never responded.
    """
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(CONNECTION_FAILURES)


def run() -> None:
    """Run the command line of this process, and exit as shells expect when it is interrupted."""
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)  # as shells report Ctrl-C


def main() -> None:
    """Run one command with the database available."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "searchsite.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from searchsite.embedded import postgres
    from searchsite.embedded.errors import LocalServiceError
    from searchsite.env import SettingError

    try:
        embedded = settings.EMBEDDED_DATABASE and needs_database(sys.argv[1:])
        if embedded:
            postgres.ensure_running(settings.VAR_DIR)
    except (LocalServiceError, SettingError) as error:
        sys.exit(str(error))
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if "--traceback" in sys.argv or not is_connection_failure(error):
            raise
        sys.exit(f"The database can't be reached. Check DATABASE_URL: {str(error).strip()}")
    finally:
        if embedded:
            _close_connections()
            postgres.stop(settings.VAR_DIR)


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()


if __name__ == "__main__":
    run()
