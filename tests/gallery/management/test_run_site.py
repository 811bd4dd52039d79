"""`make run` for real: a fresh site starts, survives the loss of any part, and leaves nothing."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from searchsite import lanes
from searchsite.embedded import paths
from tests.searchsite.embedded.waiting import wait_until
from tests.searchsite.folders import server_folder

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 150.0  # on a machine that also runs other things


class RunningSite:
    """One `manage.py run_site` in its own folder."""

    def __init__(self, folder):
        self.var_dir = folder / "var"
        cache = settings.VAR_DIR / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        self.var_dir.mkdir()
        (self.var_dir / "cache").symlink_to(cache)  # preparing the starter encoder takes a while
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.output = folder / "output"
        self.environment = {
            "PATH": os.environ["PATH"],
            "VAR_DIR": str(self.var_dir),
            "PORT": str(self.port),
            "ENCODER": "starter",
        }

    def start(self):
        with self.output.open("w") as output:
            self.process = psutil.Popen(
                [sys.executable, "manage.py", "run_site"],
                env=self.environment,
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def manage(self, *arguments):
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
        )

    def fact(self, name):
        """Return one fact of /readyz; None while the site does not respond."""
        address = f"http://127.0.0.1:{self.port}/readyz"
        with suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
            return json.load(answer)[name]
        return None

    def is_up(self):
        return self.process.poll() is None and self.fact("status") == "ok" and self.fact("broker")

    def part(self, words):
        """Return the first process under the supervisor whose command contains these words."""
        for process in self.process.children(recursive=True):
            with suppress(psutil.Error):
                if words in " ".join(process.cmdline()):
                    return process
        return None

    def leftovers(self):
        """Return every process of this run: its command or its environment names the folder."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                has_folder = process.environ().get("VAR_DIR") == str(self.var_dir)
                named = str(self.var_dir) in " ".join(process.cmdline())
                if (has_folder or named) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found


@pytest.fixture(scope="module")
def site():
    with server_folder() as folder:
        running = RunningSite(folder)
        running.start()
        yield running
        for process in running.leftovers():
            with suppress(psutil.Error):
                process.kill()
        running.process.wait()


@pytest.fixture(scope="module")
def ready_site(site):
    def ready():
        assert site.process.poll() is None, site.output.read_text()
        return (site.fact("searchable") or 0) > 10 and site.fact("waiting") == 0

    wait_until(ready, what="a searchable sample library", timeout_s=PATIENCE_S)
    return site


def test_the_first_start_prints_what_people_need(ready_site):
    said = ready_site.output.read_text()
    assert re.search(r"Administrator: admin\n  Password:      \S{16}\n", said)
    assert "Encoder: starter." in said
    assert "manage.py encoders" in said
    assert f"http://127.0.0.1:{ready_site.port}/" in said


def test_the_password_is_not_stored_in_any_file(ready_site):
    password = re.search(r"Password: +(\S+)", ready_site.output.read_text())[1]
    for file in paths.log_dir(ready_site.var_dir).iterdir():
        assert password not in file.read_text(errors="replace"), file


def test_a_second_run_ends_with_one_line_and_changes_nothing(ready_site):
    second = ready_site.manage("run_site")
    assert second.returncode == 1
    assert second.stdout == ""
    assert len(second.stderr.splitlines()) == 1
    assert "already running" in second.stderr
    assert ready_site.is_up()


def test_commands_share_the_database(ready_site):
    counted = ready_site.manage(
        "shell", "-v0", "-c", "from gallery.models import Image; print(Image.objects.count())"
    )
    assert int(counted.stdout) == ready_site.fact("pictures"), counted.stderr


@pytest.mark.parametrize(
    "part",
    [
        "postgres -D",
        "valkey-server",
        "granian",
        *(f"worker --queues {lane.queue}" for lane in lanes.LANES),
        "beat --schedule",
    ],
)
def test_a_killed_part_is_restarted(ready_site, part):
    before = wait_until(lambda: ready_site.part(part), what=f"{part} running")
    before.kill()
    wait_until(
        lambda: (after := ready_site.part(part)) and after.pid != before.pid,
        what=f"the return of {part}",
        timeout_s=PATIENCE_S,
    )
    wait_until(ready_site.is_up, what=f"the site after the loss of {part}", timeout_s=PATIENCE_S)


def test_the_web_servers_inner_process_is_restarted(ready_site):
    outer = ready_site.part("granian")
    inner = wait_until(outer.children, what="granian's worker")[-1]
    inner.kill()
    wait_until(
        lambda: [c for c in outer.children() if c.pid != inner.pid and c.is_running()],
        what="another worker of granian",
    )
    wait_until(ready_site.is_up, what="the site without granian's worker", timeout_s=PATIENCE_S)


def test_the_workers_still_work_after_all_this(ready_site):
    def answers():
        asked = subprocess.run(
            [sys.executable, "-m", "celery", "-A", "searchsite", "inspect", "ping", "-t", "5"],
            env=ready_site.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        return asked.stdout.count("pong") == len(lanes.LANES)

    wait_until(answers, what="an answer of every worker", timeout_s=PATIENCE_S)


def test_ctrl_c_stops_everything(ready_site):
    ready_site.process.send_signal(signal.SIGINT)
    assert ready_site.process.wait(60) == 0, ready_site.output.read_text()
    assert ready_site.output.read_text().endswith("Stopped.\n")
    assert ready_site.leftovers() == []


def test_a_killed_supervisor_leaves_nothing_running(ready_site):
    ready_site.start()
    wait_until(ready_site.is_up, what="the second start", timeout_s=PATIENCE_S)
    assert "Password" not in ready_site.output.read_text()
    ready_site.process.kill()
    ready_site.process.wait()
    wait_until(lambda: not ready_site.leftovers(), what="the end of every process")


def test_a_taken_port_is_one_plain_sentence(ready_site):
    with socket.create_server(("127.0.0.1", ready_site.port)):
        refused = ready_site.manage("run_site")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Port {ready_site.port} is taken by another program.")
    assert len(refused.stderr.splitlines()) == 1
    assert ready_site.leftovers() == []
