"""manage.py starts the local database for the commands that need it, and leaves nothing running."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import manage
from searchsite.embedded import paths, postgres
from tests.searchsite.folders import server_folder

ROOT = Path(manage.__file__).parent


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
    assert manage.needs_database(line.split()) is needed


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


def test_a_command_by_hand_starts_the_database_and_leaves_nothing_running(folder):
    done = run(folder / "var", "showmigrations", "gallery")
    assert done.returncode == 0, done.stderr
    assert "0001_initial" in done.stdout
    assert not postgres.is_alive(folder / "var")


def test_help_starts_nothing(folder):
    assert run(folder / "var", "help", "migrate").returncode == 0
    assert not paths.postgres_data_dir(folder / "var").exists()


def test_a_setting_that_cannot_be_read_is_one_sentence(folder):
    refused = run(folder / "var", "migrate", PORT="eighty")
    assert refused.returncode == 1
    assert refused.stderr.strip() == "PORT is “eighty”: write a whole number."


def test_a_database_that_cannot_be_made_is_one_sentence(folder):
    data = paths.postgres_data_dir(folder / "var")
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("16\n")
    refused = run(folder / "var", "migrate")
    assert refused.returncode == 1
    assert "made by PostgreSQL 16" in refused.stderr
    assert "Traceback" not in refused.stderr
