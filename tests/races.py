"""Deterministic races: a test holds a lock, others run into it, and the test sees them wait.

Each function runs in a thread with its own database connection, so such tests need
`transactional_db`. Use this order, so that a failure releases the lock before joining:

    with threads() as run:
        with transaction.atomic():
            take_the_lock()
            other = run(do_the_same)
            wait_until_blocked()
        other.result(timeout=RACE_TIMEOUT_S)

To test whether the other one waits at all, use race().
"""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, connections, transaction

RACE_TIMEOUT_S = 30
POLL_S = 0.02


@contextmanager
def threads():
    """Yield run(function), which returns a future of the function's result in its own thread."""

    def with_own_connection(function):
        try:
            return function()
        finally:
            connections.close_all()

    with ThreadPoolExecutor() as pool:
        yield lambda function: pool.submit(with_own_connection, function)


def blocked_count():
    """Return how many connections to the test database wait for a lock now."""
    with connection.cursor() as cursor:
        # Inside a transaction PostgreSQL would answer from its first snapshot.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def wait_until_blocked(count=1):
    """Return once this many others wait for a lock. Fail if they do not."""
    deadline = time.monotonic() + RACE_TIMEOUT_S
    while blocked_count() < count:
        if time.monotonic() > deadline:
            pytest.fail(f"{blocked_count()} of {count} wait for a lock: nothing holds them back")
        time.sleep(POLL_S)


@dataclass(frozen=True)
class Outcome:
    """The outcome of the second side: whether it had to wait, and what it returned or raised."""

    waited: bool
    result: Any
    error: BaseException | None


def race(first, second):
    """Run `second` in a thread while the transaction of `first` is open. Commit the transaction
    once `second` has ended or waits for a lock."""
    with threads() as run:
        with transaction.atomic():
            first()
            other = run(second)
            waited = _has_to_wait(other)
        error = other.exception(timeout=RACE_TIMEOUT_S)
    return Outcome(waited, None if error else other.result(), error)


def _has_to_wait(other):
    deadline = time.monotonic() + RACE_TIMEOUT_S
    while not other.done():
        if blocked_count():
            return True
        if time.monotonic() > deadline:
            pytest.fail("the second side neither ends nor waits for a lock")
        time.sleep(POLL_S)
    return False
