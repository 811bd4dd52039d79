"""The commands of the web server, the workers and beat, the same wherever the site runs."""

from __future__ import annotations

import sys
from pathlib import Path

from searchsite.lanes import Lane

APP = "searchsite.wsgi:application"
RESPAWN_S = 0.5
WEB_KILL_TIMEOUT_S = 8


def web(*, host: str, port: int, threads: int) -> list[str]:
    """Return Granian's command: one process with threads, so that there is one model in memory."""
    return [
        *(sys.executable, "-u", "-m", "granian", "--interface", "wsgi", APP),
        *("--host", host, "--port", str(port), "--no-ws"),
        *("--workers", "1", "--blocking-threads", str(threads)),
        *("--respawn-failed-workers", "--respawn-interval", str(RESPAWN_S)),
        *("--workers-kill-timeout", str(WEB_KILL_TIMEOUT_S)),
    ]


def worker(lane: Lane, *, log_level: str) -> list[str]:
    """Return a Celery worker for one lane, with threads: one process holds one copy of each
    model."""
    return [
        *(sys.executable, "-u", "-m", "celery", "-A", "searchsite", "worker"),
        *("--queues", lane.queue, "--hostname", f"{lane.queue}@%h"),
        *("--pool", "threads", "--concurrency", str(lane.threads), "--loglevel", log_level),
        *("--without-gossip", "--without-mingle"),
    ]


def beat(*, log_level: str, schedule: Path) -> list[str]:
    """Return the command of Celery's scheduler, a separate process so that it can be restarted
    alone."""
    return [
        *(sys.executable, "-u", "-m", "celery", "-A", "searchsite", "beat"),
        *("--schedule", str(schedule), "--pidfile", "", "--loglevel", log_level),
    ]
