"""The whole site as `make run` runs it, in a temporary folder, for the duration of a block."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# From nothing to a searchable sample library, on two busy cores.
START_TIMEOUT_S = 240
STOP_TIMEOUT_S = 60
POLL_S = 0.5


@dataclass(frozen=True)
class Site:
    """The site's URL, and the account to sign in with."""

    address: str
    username: str
    password: str


@contextlib.contextmanager
def running_site(*, password):
    """Start the site with the sample library in a temporary folder; stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="semblance-") as folder:
        port = free_port()
        environment = {**os.environ, "VAR_DIR": folder, "PORT": str(port), "HOST": "127.0.0.1"}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        log = Path(folder, "terminal.log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "run_site"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                site = Site(f"http://127.0.0.1:{port}", "curator", password)
                _wait_until_searchable(site.address, process=process, log=log)
                _make_administrator(site, environment)
                yield site
            finally:
                _stop(process)


def free_port():
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_searchable(address, *, process, log):
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"The site ended:\n{log.read_text(errors='replace')}")
        state = _progress(address)
        if state.get("pictures") and state["pictures"] == state["searchable"]:
            return
        time.sleep(POLL_S)
    raise SystemExit(f"The site did not get ready:\n{log.read_text(errors='replace')}")


def _progress(address):
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
            return json.load(answer)
    except (urllib.error.URLError, OSError, ValueError):
        return {}


def _make_administrator(site, environment):
    subprocess.run(
        [
            *(sys.executable, "manage.py", "createsuperuser", "--noinput"),
            *("--username", site.username, "--email", "curator@example.org"),
        ],
        cwd=ROOT,
        env={**environment, "DJANGO_SUPERUSER_PASSWORD": site.password},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _stop(process):
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
