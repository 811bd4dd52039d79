"""The local PostgreSQL: created completely, shared, private, restarted after a crash, stopped when
unused."""

import os
import shutil
import signal
import stat
import subprocess
import sys

import psycopg
import pytest

from searchsite.embedded import paths, postgres
from searchsite.embedded.errors import LocalServiceError
from tests.searchsite.embedded.waiting import wait_until

USER = """
import sys, time
from pathlib import Path
from searchsite.embedded import postgres
postgres.ensure_running(Path(sys.argv[1]))
print("running", flush=True)
time.sleep(60)
"""


def start_user(var_dir):
    """Start another process that uses the database until it is stopped."""
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(var_dir)], stdout=subprocess.PIPE, text=True
    )


def ask(var_dir, question, **kwargs):
    with psycopg.connect(paths.database_url(var_dir), **kwargs) as database:
        return database.execute(question).fetchone()


def test_a_new_folder_gets_a_database_with_vectors_and_an_ordinary_role(var_dir):
    postgres.ensure_running(var_dir)
    assert ask(var_dir, "SELECT '[1,2]'::halfvec(2) <#> '[1,0]'") == (-1.0,)
    assert ask(var_dir, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == (False,)
    assert ask(var_dir, "SHOW server_version_num")[0].startswith("18")


def test_databases_for_tests_have_vectors_too(var_dir):
    postgres.ensure_running(var_dir)
    with psycopg.connect(paths.database_url(var_dir), autocommit=True) as database:
        database.execute("CREATE DATABASE test_semblance")
    with psycopg.connect(paths.database_url(var_dir, database="test_semblance")) as database:
        database.execute("CREATE EXTENSION IF NOT EXISTS vector")
        assert database.execute("SELECT '[1]'::vector").fetchone() == ("[1]",)


def test_no_one_else_can_access_the_data_or_the_socket(var_dir):
    postgres.ensure_running(var_dir)
    for folder in (paths.postgres_data_dir(var_dir), paths.postgres_socket_dir(var_dir)):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.stat().st_uid != 0  # It never runs as root.
    assert ask(var_dir, "SHOW listen_addresses") == ("",)


def test_it_stops_after_its_last_user_and_not_before(var_dir):
    first, second = start_user(var_dir), start_user(var_dir)
    try:
        assert first.stdout.readline() == second.stdout.readline() == "running\n"
        postgres.ensure_running(var_dir)
        first.kill()
        first.wait()
        postgres.stop(var_dir)  # Only our own use is released.
        assert postgres.is_alive(var_dir)
    finally:
        second.kill()
        second.wait()
    wait_until(lambda: not postgres.is_alive(var_dir), what="the end of the server")


def test_it_restarts_after_a_kill_with_all_committed_data(var_dir):
    postgres.ensure_running(var_dir)
    with psycopg.connect(paths.database_url(var_dir)) as database:
        database.execute("CREATE TABLE kept AS SELECT 7 AS n")
    pid = int((paths.run_dir(var_dir) / "postgres.pid").read_text())
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not postgres.is_alive(var_dir), what="the end of the server")
    postgres.ensure_running(var_dir)
    assert ask(var_dir, "SELECT n FROM kept") == (7,)


def test_concurrent_starts_start_one_server(var_dir):
    users = [start_user(var_dir) for _ in range(4)]
    try:
        assert [user.stdout.readline() for user in users] == ["running\n"] * 4
        log = (paths.log_dir(var_dir) / "postgres.log").read_text()
        assert log.count("ready to accept connections") == 1
    finally:
        for user in users:
            user.kill()
            user.wait()
    wait_until(lambda: not postgres.is_alive(var_dir), what="the end of the server")


def test_a_stale_lock_with_a_reused_process_id_is_removed(var_dir):
    postgres.ensure_running(var_dir)
    postgres.stop(var_dir)
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        stale = paths.postgres_data_dir(var_dir) / "postmaster.pid"
        stale.write_text(f"{sleeper.pid}\n{stale.parent}\n1\n5432\n\n\n0 0\n")
        postgres.ensure_running(var_dir)
        assert ask(var_dir, "SELECT 1") == (1,)
    finally:
        sleeper.kill()
        sleeper.wait()


def test_an_interrupted_initialization_is_started_again(var_dir):
    half_made = var_dir / "postgres.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    postgres.ensure_running(var_dir)
    assert ask(var_dir, "SELECT 1") == (1,)
    assert not half_made.exists()


def test_data_of_another_version_is_refused_with_a_message(var_dir):
    data = paths.postgres_data_dir(var_dir)
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("16\n")
    with pytest.raises(LocalServiceError, match="made by PostgreSQL 16"):
        postgres.ensure_running(var_dir)


def test_a_server_that_cannot_start_says_why(var_dir, monkeypatch):
    monkeypatch.setattr("searchsite.embedded.service.START_TIMEOUT_S", 2.0)
    monkeypatch.setitem(postgres.OPTIONS, "no_such_option", "1")
    with pytest.raises(LocalServiceError, match="no_such_option"):
        postgres.ensure_running(var_dir)


def test_a_deep_folder_works_through_a_short_socket(tmp_path, var_dir):
    deep = var_dir / ("d" * 100) / "var"
    try:
        postgres.ensure_running(deep)
        assert ask(deep, "SELECT 1") == (1,)
        assert stat.S_IMODE(paths.socket_dir(deep).stat().st_mode) & 0o066 == 0
    finally:
        postgres.stop(deep)
        shutil.rmtree(paths.socket_dir(deep))


def test_a_short_socket_folder_of_another_user_is_refused(var_dir):
    deep = var_dir / ("e" * 100) / "var"
    deep.mkdir(parents=True)
    squatted = paths.socket_dir(deep)
    squatted.symlink_to(var_dir)
    try:
        with pytest.raises(LocalServiceError, match="belongs to someone else"):
            postgres.ensure_running(deep)
    finally:
        squatted.unlink()
