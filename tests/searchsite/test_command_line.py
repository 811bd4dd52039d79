"""The command line starts the database for commands that need it, and leaves nothing running."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from searchsite import command_line
from searchsite.embedded import paths, postgres
from tests.searchsite.folders import server_folder

ROOT = Path(command_line.__file__).parent.parent


@pytest.mark.parametrize(
    ("line", "needed"),
    [
        ("migrate", True),
        ("import_images photos --collection x", True),
        ("test", True),
        ("check --database default", True),
        ("check", False),
        ("help migrate", False),
        ("migrate --help", False),
        ("makemigrations --check", False),
        ("run_site", False),
        ("--version", False),
        ("", False),
    ],
)
def test_which_commands_need_the_database(line, needed):
    assert command_line.needs_database(line.split()) is needed


@pytest.fixture
def folder():
    with server_folder() as made:
        yield made


def run(folder, *arguments, **variables):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(folder), **variables},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_a_command_starts_the_database_and_leaves_nothing_running(folder):
    done = run(folder / "var", "showmigrations", "gallery")
    assert done.returncode == 0, done.stderr
    assert "0001_initial" in done.stdout
    assert not postgres.is_alive(folder / "var")


def test_help_starts_nothing(folder):
    assert run(folder / "var", "help", "migrate").returncode == 0
    assert not paths.postgres_data_dir(folder / "var").exists()


def test_an_invalid_setting_is_one_sentence(folder):
    refused = run(folder / "var", "migrate", PORT="eighty")
    assert refused.returncode == 1
    assert refused.stderr.strip() == "PORT is “eighty”: use a whole number."


def test_an_unreachable_database_is_one_sentence(folder):
    nobody = "postgres://nobody@127.0.0.1:1/nothing"
    refused = run(folder / "var", "showmigrations", DATABASE_URL=nobody)
    assert refused.returncode == 1
    assert refused.stderr.startswith("The database can't be reached. Check DATABASE_URL: ")
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("line", ["migrate", "migrate --traceback"])
def test_other_errors_of_the_database_keep_their_traceback(monkeypatch, settings, line):
    def refuse(_arguments):
        raise OperationalError("canceling statement") from psycopg.errors.QueryCanceled("so")

    settings.EMBEDDED_DATABASE = False
    monkeypatch.setattr("django.core.management.execute_from_command_line", refuse)
    monkeypatch.setattr(command_line.sys, "argv", ["manage.py", *line.split()])
    with pytest.raises(OperationalError, match="canceling statement"):
        command_line.main()


def test_a_statement_timeout_is_not_a_connection_failure(db):
    with (
        pytest.raises(OperationalError) as raised,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL statement_timeout = 10")
        cursor.execute("SELECT pg_sleep(5)")
    assert not command_line.is_connection_failure(raised.value)


@pytest.mark.parametrize(
    "cause",
    [psycopg.OperationalError("connection failed"), psycopg.errors.TooManyConnections("full"),
     psycopg.errors.AdminShutdown("stopping"), psycopg.errors.InvalidPassword("wrong"), None],
)  # fmt: skip
def test_what_counts_as_a_connection_failure(cause):
    error = OperationalError("it failed")
    error.__cause__ = cause
    assert command_line.is_connection_failure(error)


def test_a_database_that_cannot_be_created_is_one_sentence(folder):
    data = paths.postgres_data_dir(folder / "var")
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("16\n")
    refused = run(folder / "var", "migrate")
    assert refused.returncode == 1
    assert "made by PostgreSQL 16" in refused.stderr
    assert "Traceback" not in refused.stderr
