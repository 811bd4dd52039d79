"""`make run`: start everything in order, restart what dies, and leave nothing running.

service.py keeps PostgreSQL and Valkey running as long as this process lives, however it ends. The
web server, the workers and beat are children that the system ends with it.
"""

from __future__ import annotations

import http.client
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from searchsite.embedded import guards, paths, postgres, programs, service, terminal, valkey
from searchsite.embedded.children import STOP_TIMEOUT_S, Child, Program
from searchsite.embedded.errors import LocalServiceError
from searchsite.lanes import LANES

TICK_S = 0.25
SERVICE_CHECK_S = 1.0
WEB_READY_TIMEOUT_S = 120.0


@dataclass(frozen=True, kw_only=True)
class Site:
    """Everything that `make run` needs from the settings."""

    var_dir: Path
    base_dir: Path
    host: str
    port: int
    web_threads: int
    log_level: str
    local_postgres: bool
    local_valkey: bool

    @property
    def address(self) -> str:
        """The address that people open."""
        return guards.address(self.host, self.port)

    def program(self, name: str, command: list[str]) -> Program:
        """Return a command that runs in the project's folder and logs under VAR_DIR."""
        log = paths.log_dir(self.var_dir) / f"{name}.log"
        return Program(name=name, command=command, cwd=self.base_dir, log=log)


@dataclass(frozen=True)
class LocalService:
    """PostgreSQL or Valkey, as the supervisor sees it."""

    name: str
    ensure_running: Callable[[Path], None]
    is_alive: Callable[[Path], bool]
    stop: Callable[[Path], None]


class Supervisor:
    """One run of the site.

    `prepare` runs once the database responds and before anything uses it. `should_stop` is called
    several times a second, for callers with their own reason to stop.
    """

    def __init__(
        self,
        site: Site,
        *,
        prepare: Callable[[], None],
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.site = site
        self.prepare = prepare
        self.should_stop = should_stop
        self.children: list[Child] = []
        self.services: list[LocalService] = []
        if site.local_postgres:
            self.services.append(
                LocalService("postgres", postgres.ensure_running, postgres.is_alive, postgres.stop)
            )
        if site.local_valkey:
            self.services.append(
                LocalService("valkey", valkey.ensure_running, valkey.is_alive, valkey.stop)
            )

    def run(self) -> None:
        """Run the site until a signal to stop. Raise LocalServiceError if it cannot start."""
        service.prepare_run_dirs(self.site.var_dir)
        lock_file = paths.run_dir(self.site.var_dir) / "site.lock"
        with guards.only_one(lock_file, address=self.site.address):
            guards.check_port(self.site.host, self.site.port)
            _interrupt_on((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
            try:
                self._start()
                self._watch()
            except KeyboardInterrupt:
                pass
            finally:
                terminal.say("", "Stopping …")
                self._stop()
            terminal.say("", "Stopped.")

    def _start(self) -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda s: s.ensure_running(self.site.var_dir), self.services))
        for local in self.services:
            terminal.say(local.name, "ready")
        self.prepare()
        site = self.site
        schedule = paths.run_dir(site.var_dir) / "beat-schedule"
        self._start_child(
            "web", programs.web(host=site.host, port=site.port, threads=site.web_threads)
        )
        for lane in LANES:
            self._start_child(lane.queue, programs.worker(lane, log_level=site.log_level))
        self._wait_for_web()
        terminal.say("", f"\nThe site is ready: {site.address}   (Ctrl-C stops it)\n")
        self._start_child("beat", programs.beat(log_level=site.log_level, schedule=schedule))

    def _start_child(self, name: str, command: list[str]) -> None:
        child = Child(self.site.program(name, command))
        self.children.append(child)
        child.start()

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + WEB_READY_TIMEOUT_S
        while not answers_http(self.site.address):
            if time.monotonic() > deadline:
                log = paths.log_dir(self.site.var_dir) / "web.log"
                raise LocalServiceError(f"The web server did not answer. See {log}.")
            self._tend_children()
            time.sleep(TICK_S / 2)

    def _watch(self) -> None:
        next_check = 0.0
        while not self.should_stop():
            self._tend_children()
            if time.monotonic() >= next_check:
                self._tend_services()
                next_check = time.monotonic() + SERVICE_CHECK_S
            time.sleep(TICK_S)

    def _tend_children(self) -> None:
        for child in self.children:
            child.tend()

    def _tend_services(self) -> None:
        for local in self.services:
            if local.is_alive(self.site.var_dir):
                continue
            terminal.say(local.name, "ended; restarting")
            try:
                local.ensure_running(self.site.var_dir)
            except LocalServiceError as error:
                terminal.say(local.name, f"{error}")
            else:
                terminal.say(local.name, "ready")

    def _stop(self) -> None:
        """Stop everything. A second signal ends the wait."""
        _on_signal(self._kill_children)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        for child in self.children:
            child.ask_to_stop()
        for child in self.children:
            child.wait_stopped(deadline)
        for local in reversed(self.services):
            local.stop(self.site.var_dir)

    def _kill_children(self) -> None:
        for child in self.children:
            child.kill()


def answers_http(address: str) -> bool:
    """Return whether the web server responds to /healthz without a server error."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _interrupt_on(signals: tuple[signal.Signals, ...]) -> None:
    """Make these signals raise KeyboardInterrupt, even if a shell started us ignoring Ctrl-C."""
    for signum in signals:
        # Under nohup, SIGHUP stays ignored.
        if signum != signal.SIGHUP or signal.getsignal(signum) != signal.SIG_IGN:
            signal.signal(signum, signal.default_int_handler)


def _on_signal(action: Callable[[], None]) -> None:
    def handle(_signum: int, _frame: FrameType | None) -> None:
        # In a thread, because the handler may have interrupted the wait that holds the child's
        # lock.
        threading.Thread(target=action, daemon=True).start()

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, handle)
