"""The commands of the web server, the worker and beat, the same wherever the site runs."""

from __future__ import annotations

import sys
from pathlib import Path

APP = "searchsite.wsgi:application"
# A worker embeds one batch at a time: the model uses every core by itself. The second thread is
# for the short tasks in between, so that the sweep never waits behind a batch.
WORKER_THREADS = 2
RESPAWN_S = 0.5
WEB_KILL_TIMEOUT_S = 8


def web(*, host: str, port: int, threads: int) -> list[str]:
    """Granian: one process with threads, so that there is one model in memory."""
    return [
        *(sys.executable, "-u", "-m", "granian", "--interface", "wsgi", APP),
        *("--host", host, "--port", str(port), "--no-ws"),
        *("--workers", "1", "--blocking-threads", str(threads)),
        *("--respawn-failed-workers", "--respawn-interval", str(RESPAWN_S)),
        *("--workers-kill-timeout", str(WEB_KILL_TIMEOUT_S)),
    ]


def worker(*, log_level: str) -> list[str]:
    """A Celery worker with threads: one process holds one model, whatever the number of tasks."""
    return [
        *(sys.executable, "-u", "-m", "celery", "-A", "searchsite", "worker"),
        *("--pool", "threads", "--concurrency", str(WORKER_THREADS), "--loglevel", log_level),
        *("--without-gossip", "--without-mingle"),
    ]


def beat(*, log_level: str, schedule: Path) -> list[str]:
    """Celery's clock, a process of its own so that it is restarted by itself."""
    return [
        *(sys.executable, "-u", "-m", "celery", "-A", "searchsite", "beat"),
        *("--schedule", str(schedule), "--pidfile", "", "--loglevel", log_level),
    ]
