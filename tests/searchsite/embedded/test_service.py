"""A server that is started on demand, shared and stopped after its last use, tested with a small
one."""

import os
import signal
import sys

import pytest

from searchsite.embedded import paths, service
from searchsite.embedded.errors import LocalServiceError
from searchsite.embedded.service import Service
from tests.searchsite.embedded.waiting import wait_until

# Creates a file when it is ready, and waits until it is stopped.
SERVER = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"


@pytest.fixture
def make_service(tmp_path):
    """Return make(code), which creates services in their own folder. Stop them at the end."""
    made = []
    ready = tmp_path / "ready"

    def make(code=SERVER, **fields):
        one = Service(
            name="small",
            var_dir=tmp_path / "var",
            command=lambda: [sys.executable, "-c", code, str(ready)],
            answers=ready.exists,
            stop_signal=signal.SIGTERM,
            **fields,
        )
        service.prepare_run_dirs(one.var_dir)
        made.append(one)
        return one

    yield make
    for one in made:
        service.release_and_wait(one)


def nothing():
    """Do nothing."""


def test_prepare_runs_once_and_finish_after_each_start(make_service):
    one, calls = make_service(), []
    for _ in range(2):
        service.ensure(
            one, prepare=lambda: calls.append("prepare"), finish=lambda: calls.append("finish")
        )
        assert service.is_alive(one)
    assert calls == ["prepare", "finish", "finish"]


def test_it_stops_when_the_last_user_releases_it(make_service):
    one = make_service()
    service.ensure(one, prepare=nothing, finish=nothing)
    service.release_and_wait(one)
    assert not service.is_alive(one)
    # Releasing something that is not held is not an error.
    service.release_and_wait(one)


def test_a_server_that_does_not_start_is_reported_with_the_end_of_its_log(
    make_service, monkeypatch
):
    monkeypatch.setattr(service, "START_TIMEOUT_S", 2.0)
    one = make_service(code="print('The disk is full.')")
    with pytest.raises(LocalServiceError, match="small did not start") as problem:
        service.ensure(one, prepare=nothing, finish=nothing)
    assert "The disk is full." in str(problem.value)


@pytest.mark.parametrize("written", [None, "", "no number", "999999999"])
def test_it_is_not_alive_without_a_process_id(make_service, written):
    one = make_service()
    if written is not None:
        one.pid_file.write_text(written)
    assert not service.is_alive(one)


def test_a_symlink_in_place_of_the_socket_folder_is_refused(tmp_path):
    var_dir, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    var_dir.mkdir()
    elsewhere.mkdir()
    paths.run_dir(var_dir).symlink_to(elsewhere)
    with pytest.raises(LocalServiceError, match="set VAR_DIR to a folder of"):
        service.prepare_run_dirs(var_dir)


def test_a_server_that_was_killed_is_started_again(make_service):
    one = make_service()
    service.ensure(one, prepare=nothing, finish=nothing)
    first = int(one.pid_file.read_text())
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not service.is_alive(one), what="the end of the server")
    service.ensure(one, prepare=nothing, finish=nothing)
    assert service.is_alive(one)
    assert int(one.pid_file.read_text()) != first
