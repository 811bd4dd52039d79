"""Races between two connections, with real blocking: who waits for whom is asked of PostgreSQL."""

import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, connections

PATIENCE_S = 30


class Rival:
    """A function that runs in a thread with a database connection of its own."""

    def __init__(self, function):
        self._function = function
        self._pid = None
        pool = ThreadPoolExecutor(1)
        self._future = pool.submit(self._run)
        pool.shutdown(wait=False)

    def _run(self):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self._pid = cursor.fetchone()[0]
            return self._function()
        finally:
            connections.close_all()

    def wait_until_blocked(self):
        """Returns once it waits for a lock that another connection holds."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            assert not self._future.done(), f"it did not wait: {self._future}"
            if self._pid is not None and self._is_blocked():
                return
            time.sleep(0.02)
        raise AssertionError("it never had to wait")

    def _is_blocked(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [self._pid])
            return cursor.fetchone()[0]

    def result(self):
        """What the function returned; raises what it raised."""
        return self._future.result(timeout=PATIENCE_S)
