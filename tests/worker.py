"""A real Celery worker with a real Valkey and the test database, for tests of the whole system.

Import the `worker` fixture in a conftest (tests/conftest.py does not), or use `Worker` if a test
starts and kills workers itself. Such tests are transactional, because the worker is another process
and sees only what is committed.
"""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from searchsite import lanes
from searchsite.embedded import programs

ROOT = Path(__file__).resolve().parent.parent
# A cold start imports Django, Celery and the tasks, which takes a while on a busy machine.
START_TIMEOUT_S = 90
# Long enough for two busy cores. Nothing waits this long unless something is wrong.
WAIT_TIMEOUT_S = 60
POLL_S = 0.05


def wait_until(condition, *, timeout_s=WAIT_TIMEOUT_S, what=""):
    """Return the first truthy value of condition(). Fail with `what` if it stays false."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"waited {timeout_s} s for {what or 'the condition'}")
        time.sleep(POLL_S)
    return value


def test_database_url():
    """Return the test database as DATABASE_URL, for site processes that a test starts."""
    found = connection.settings_dict
    login = quote(found["USER"] or "", safe="")
    if found["PASSWORD"]:
        login += f":{quote(found['PASSWORD'], safe='')}"
    host, port, options = found["HOST"] or "", str(found["PORT"] or ""), found["OPTIONS"]
    host = host or options.get("host", "")
    if host.startswith("/"):
        return f"postgres://{login}@/{found['NAME']}?host={quote(host, safe='/')}"
    return f"postgres://{login}@{host}{':' + port if port else ''}/{found['NAME']}"


test_database_url.__test__ = False  # a helper, not a test


def site_environment(**changes):
    """Return the environment of a site process that uses the test database and its files."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": test_database_url(),
        "VAR_DIR": str(settings.VAR_DIR),
        **changes,
    }


def start_broker():
    """Use the local Valkey, or the one that REDIS_URL names, without messages of earlier tests."""
    if settings.EMBEDDED_REDIS:
        from searchsite.embedded import valkey

        valkey.ensure_running(settings.VAR_DIR)
    forget_messages()


def forget_messages():
    """Empty Celery's queues."""
    from searchsite.celery import app

    with app.connection_for_write() as messages:
        for lane in lanes.LANES:
            messages.default_channel.queue_purge(lane.queue)


def waiting_messages(lane):
    """Return the number of messages in a lane that no worker has taken."""
    from searchsite.celery import app

    with app.connection_for_write() as messages:
        return messages.default_channel.queue_declare(queue=lane.queue).message_count


class Worker:
    """One worker process of a lane, run by the production command in its own process group. `log`
    is its output."""

    def __init__(self, lane=lanes.EMBEDDING, *, settings_module="tests.settings", **environment):
        self._lane = lane
        self._environment = {"DJANGO_SETTINGS_MODULE": settings_module, **environment}
        self._output = tempfile.NamedTemporaryFile(prefix="worker-", suffix=".log")  # noqa: SIM115
        self._process = None

    def start(self):
        """Start the worker and wait until it takes messages."""
        self._process = subprocess.Popen(
            [
                *programs.worker(self._lane, log_level="INFO"),
                # The last name counts: several workers of a lane on one machine need different
                # ones.
                *("--hostname", f"{self._lane.queue}-{time.time_ns()}@here"),
            ],
            cwd=ROOT,
            env=site_environment(**self._environment),
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        wait_until(self._is_ready, timeout_s=START_TIMEOUT_S, what="the worker to start")
        return self

    def _is_ready(self):
        if self._process.poll() is not None:
            pytest.fail(f"the worker ended:\n{self.log}")
        return " ready." in self.log

    @property
    def log(self):
        """The worker's output so far."""
        return Path(self._output.name).read_text(errors="replace")

    def kill(self):
        """Kill the worker and its children at once, as a power cut does."""
        self._signal(signal.SIGKILL)
        self._process.wait()

    def stop(self):
        """Stop the worker as an operator does: it finishes its current work first."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()
        self._signal(signal.SIGKILL)  # Kill children that outlived it, if any.

    def _signal(self, signum):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signum)


@pytest.fixture(scope="module")
def worker_process(django_db_setup, django_db_blocker):
    """Start one worker for all tests of a file, because that takes a few seconds.

    It stops with them: tests in other files expect that nothing is embedded behind their backs.
    """
    with django_db_blocker.unblock():
        start_broker()
        worker = Worker().start()
    yield worker
    worker.stop()


@pytest.fixture
def worker(transactional_db, worker_process):
    """Return the file's worker with an empty queue. Wait until it is idle before tables are
    emptied."""
    forget_messages()
    yield worker_process
    forget_messages()
