"""The commands that the site runs, and the purpose of each flag."""

import sys

import pytest

from searchsite import lanes
from searchsite.embedded import programs


def flag(command, name):
    """Return the word after a flag."""
    return command[command.index(name) + 1]


def test_the_web_server_is_one_process_so_that_the_model_is_loaded_once():
    command = programs.web(host="127.0.0.1", port=8123, threads=6)
    assert command[:4] == [sys.executable, "-u", "-m", "granian"]
    assert (flag(command, "--host"), flag(command, "--port")) == ("127.0.0.1", "8123")
    assert (flag(command, "--workers"), flag(command, "--blocking-threads")) == ("1", "6")


def test_a_web_server_that_crashes_is_started_again():
    assert "--respawn-failed-workers" in programs.web(host="::1", port=1, threads=1)


@pytest.mark.parametrize("lane", lanes.LANES, ids=lambda lane: lane.queue)
def test_a_worker_serves_one_lane_with_its_threads(lane):
    command = programs.worker(lane, log_level="WARNING")
    assert flag(command, "--queues") == lane.queue
    assert flag(command, "--hostname") == f"{lane.queue}@%h"
    assert flag(command, "--pool") == "threads"
    assert flag(command, "--concurrency") == str(lane.threads)
    assert flag(command, "--loglevel") == "WARNING"


def test_beat_keeps_its_schedule_where_it_is_asked_to_and_writes_no_pid_file(tmp_path):
    command = programs.beat(log_level="INFO", schedule=tmp_path / "beat")
    assert flag(command, "--schedule") == str(tmp_path / "beat")
    assert flag(command, "--pidfile") == ""
