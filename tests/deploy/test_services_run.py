"""Each service's own command, environment and health check, run with local services."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from searchsite.embedded import paths, postgres, valkey
from tests.deploy import compose
from tests.searchsite.folders import server_folder

pytestmark = pytest.mark.slow

PATIENCE_S = 120.0  # A worker needs a while to import everything on a busy machine
BIN = Path(sys.executable).parent


def share_encoder_cache(var_dir):
    """Let a fresh site use the starter encoder's files from other tests, which take a while to
    make."""
    cache = settings.VAR_DIR / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    var_dir.mkdir()
    (var_dir / "cache").symlink_to(cache)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def deployment():
    """Return the services of the file, with local paths and ports in place of the containers'."""
    with server_folder() as folder:
        var_dir = folder / "services"
        postgres.ensure_running(var_dir)
        valkey.ensure_running(var_dir)
        services = compose.load(
            {"SECRET_KEY": "k" * 40, "POSTGRES_PASSWORD": "p" * 40, "ENCODER": "starter"}
        )["services"]
        yield Deployment(folder, var_dir, services)
        valkey.stop(var_dir)
        postgres.stop(var_dir)


class Deployment:
    """Maps what belongs to containers: sockets for hosts, a folder for the volume, and a port."""

    def __init__(self, folder, var_dir, services):
        self.folder, self.var_dir, self.services = folder, var_dir, services
        self.port = free_port()
        share_encoder_cache(folder / "data")

    def local(self, text):
        if text.startswith("postgres://"):
            return paths.database_url(self.var_dir)
        if text.startswith("redis://"):
            return paths.redis_url(self.var_dir)
        for there, here in {
            "--host=0.0.0.0": "--host=127.0.0.1",
            "--port=8000": f"--port={self.port}",
            "127.0.0.1:8000": f"127.0.0.1:{self.port}",
            "/tmp": str(self.folder),
        }.items():
            text = text.replace(there, here)
        return text

    def environment(self, name):
        service = self.services[name]
        given = {key: self.local(str(value)) for key, value in service["environment"].items()}
        image = {"VAR_DIR": str(self.folder / "data"), "PYTHONUNBUFFERED": "1"}
        path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": path, "HOME": str(self.folder), "HF_HUB_OFFLINE": "1", **image, **given}

    def start(self, name):
        command = [self.local(part) for part in self.services[name]["command"]]
        log = (self.folder / f"{name}.log").open("w")
        return subprocess.Popen(
            command,
            env=self.environment(name),
            cwd=compose.ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def is_healthy(self, name):
        kind, *test = self.services[name]["healthcheck"]["test"]
        command = ["sh", "-c", *test] if kind == "CMD-SHELL" else test
        checked = subprocess.run(
            [self.local(part) for part in command],
            env=self.environment(name),
            cwd=compose.ROOT,
            capture_output=True,
        )
        return checked.returncode == 0

    def log(self, name):
        return (self.folder / f"{name}.log").read_text()


@pytest.fixture(scope="module")
def migrated(deployment):
    """Run the migrate service to its end, as depends_on of the others requires."""
    process = deployment.start("migrate")
    assert process.wait(PATIENCE_S) == 0, deployment.log("migrate")
    # The image does this while it is built.
    subprocess.run(
        [sys.executable, "manage.py", "first_start", "static"],
        env=deployment.environment("migrate"),
        cwd=compose.ROOT,
        check=True,
    )
    return deployment


def test_migrate_creates_tables_and_chooses_the_encoder_without_creating_accounts(migrated):
    assert "Encoder: starter" in migrated.log("migrate")
    assert "Password" not in migrated.log("migrate")
    with psycopg.connect(paths.database_url(migrated.var_dir)) as database:
        active = database.execute("SELECT key FROM gallery_encoder WHERE state = 'active'")
        assert active.fetchall() == [("starter",)]


@pytest.mark.parametrize("name", ["web", "worker", "housekeeping", "beat"])
def test_the_service_becomes_healthy_and_stops_when_asked(migrated, name):
    process = migrated.start(name)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not migrated.is_healthy(name):
            assert process.poll() is None, migrated.log(name)
            assert time.monotonic() < deadline, migrated.log(name)
            time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) in {0, -signal.SIGTERM, 128 + signal.SIGTERM}, migrated.log(name)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_valkey_accepts_its_command(migrated, tmp_path):
    command = migrated.services["valkey"]["command"]
    socket_path = tmp_path / "v.sock"
    process = subprocess.Popen(
        [str(valkey.program()), *command[1:], "--port", "0", "--unixsocket", str(socket_path)],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while not socket_path.exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        process.terminate()
        process.wait()
