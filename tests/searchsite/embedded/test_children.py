"""A child process is restarted when it ends, with growing pauses, and stopped with everything it
started."""

import os
import signal
import sys
import time
from contextlib import suppress

import psutil
import pytest

from searchsite.embedded import children
from searchsite.embedded.children import Child, Program
from tests.searchsite.embedded.waiting import wait_until


@pytest.fixture
def make_child(tmp_path):
    made = []

    def make(*command):
        program = Program(name="it", command=list(command), cwd=tmp_path, log=tmp_path / "it.log")
        made.append(Child(program))
        return made[-1]

    yield make
    for child in made:
        child.kill()


def pids_in(log):
    with suppress(OSError, ValueError):
        return [int(line) for line in log.read_text().split()]
    return []


def test_a_killed_child_is_restarted(make_child, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(children, "FIRST_PAUSE_S", 0.1)
    child = make_child("bash", "-c", "echo $$; exec sleep 60")
    child.start()
    first = wait_until(lambda: pids_in(tmp_path / "it.log"), what="the first start")[0]
    os.kill(first, signal.SIGKILL)

    def restarted():
        child.tend()
        return len(pids_in(tmp_path / "it.log")) == 2

    wait_until(restarted, what="the restart")
    assert child.is_running
    assert "killed by SIGKILL" in capsys.readouterr().out


def test_pauses_grow_while_the_child_keeps_ending(make_child, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(children.time, "monotonic", lambda: now[0])
    child = make_child("false")
    pauses = []
    for _ in range(9):
        child.start()
        wait_until_ended(child)
        child.tend()
        pauses.append(child._restart_at - now[0])
        child.tend()
        assert not child.is_running  # The pause is not over yet.
        now[0] = child._restart_at
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def wait_until_ended(child):
    for _ in range(1000):
        if not child.is_running:
            return
        time.sleep(0.01)
    raise AssertionError("the child did not end")


def test_stopping_a_child_stops_everything_it_started(make_child, tmp_path):
    child = make_child("bash", "-c", "sleep 61 & echo $!; wait")
    child.start()
    started = wait_until(lambda: pids_in(tmp_path / "it.log"), what="the start")[0]
    grandchild = psutil.Process(started)
    child.ask_to_stop()
    child.wait_stopped(time.monotonic() + 30)
    assert not child.is_running
    wait_until(
        lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE,
        what="the end of the grandchild",
    )


def test_a_child_that_does_not_stop_is_killed(make_child, tmp_path, capsys):
    child = make_child("bash", "-c", "trap '' TERM; echo $$; while :; do sleep 0.1; done")
    child.start()
    wait_until(lambda: pids_in(tmp_path / "it.log"), what="the start")
    child.ask_to_stop()
    child.wait_stopped(time.monotonic() + 0.3)
    assert not child.is_running
    assert "was killed" in capsys.readouterr().out


def test_a_child_ends_with_its_supervisor(tmp_path):
    script = (
        "import sys, time; from pathlib import Path;"
        "from searchsite.embedded.children import Child, Program;"
        "folder = Path(sys.argv[1]);"
        "command = ['bash', '-c', 'echo $$; exec sleep 60'];"
        "Child(Program(name='it', command=command, cwd=folder, log=folder / 'it.log')).start();"
        "time.sleep(60)"
    )
    supervisor = psutil.Popen([sys.executable, "-c", script, str(tmp_path)])
    child = psutil.Process(wait_until(lambda: pids_in(tmp_path / "it.log"), what="the start")[0])
    supervisor.kill()
    supervisor.wait()
    wait_until(
        lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE,
        what="the end of the child",
    )
