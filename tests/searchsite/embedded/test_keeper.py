"""The keeper: a server runs exactly as long as a process holds the shared lock and the keeper
lives."""

import fcntl
import os
import signal
import subprocess
import sys
from contextlib import suppress

import psutil
import pytest

from searchsite.embedded import keeper
from tests.searchsite.embedded.waiting import wait_until


@pytest.fixture
def kept(tmp_path):
    """Return start(), which starts a keeper of a command while this test holds the lock."""
    started = []
    lock = (tmp_path / "users").open("a")
    fcntl.flock(lock, fcntl.LOCK_SH)

    def start(*command, stop_timeout="30"):
        files = [
            f"--lock={lock.name}",
            f"--pid-file={tmp_path / 'pid'}",
            f"--log={tmp_path / 'log'}",
        ]
        arguments = [*files, f"--stop-timeout={stop_timeout}", "--", *command]
        process = subprocess.Popen([sys.executable, "-I", "-S", keeper.__file__, *arguments])
        started.append(process)
        pid = wait_until(lambda: read_pid(tmp_path / "pid"), what="the pid file")
        return process, psutil.Process(pid)

    yield start, lock
    lock.close()
    for process in started:
        process.wait(30)


def read_pid(file):
    with suppress(OSError, ValueError):
        return int(file.read_text())
    return None


def is_gone(process):
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_the_server_stops_when_the_last_user_releases_the_lock(kept, tmp_path):
    start, lock = kept
    process, server = start("sleep", "60")
    other = (tmp_path / "users").open("a")
    fcntl.flock(other, fcntl.LOCK_SH)
    lock.close()
    assert process.poll() is None
    other.close()
    assert process.wait(30) == 128 + signal.SIGTERM
    assert not server.is_running()
    assert not (tmp_path / "pid").exists()


def test_a_server_that_ignores_the_signal_is_killed_with_its_children(kept):
    start, lock = kept
    script = "trap '' TERM; sleep 61 & while :; do sleep 0.1; done"
    process, server = start("bash", "-c", script, stop_timeout="0.5")
    children = wait_until(server.children, what="the server's child")
    lock.close()
    assert process.wait(30) == 128 + signal.SIGKILL
    wait_until(lambda: all(map(is_gone, children)), what="the end of the children")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_the_server_stops_when_the_keeper_is_killed(kept):
    start, _lock = kept
    process, server = start("sleep", "60")
    process.kill()
    wait_until(lambda: is_gone(server), what="the end of the server")


def test_the_output_of_the_server_is_logged(kept, tmp_path):
    start, _lock = kept
    process, _server = start("bash", "-c", "echo one; echo two >&2; sleep 0.5")
    assert process.wait(30) == 0
    assert (tmp_path / "log").read_text() == "one\ntwo\n"


def test_logs_do_not_grow_without_limit(tmp_path):
    log = keeper.rotating_log(tmp_path / "log")
    log.maxBytes = 1000
    for number in range(1000):
        keeper.write_line(log, f"line {number}")
    log.close()
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 3000
    assert (tmp_path / "log").read_text().endswith("line 999\n")


def test_the_keeper_uses_only_the_standard_library():
    loaded = subprocess.run(
        [sys.executable, "-I", "-S", keeper.__file__, "--help"], capture_output=True, text=True
    )
    assert loaded.returncode == 0
    assert os.path.basename(keeper.__file__) in loaded.stdout  # noqa: PTH119
