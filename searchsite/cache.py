"""Django's cache on Valkey or Redis, which the site can do without.

All processes share it, so that limits apply to all of them together. While the server is
unavailable, each process uses its own memory: limits then apply per process, and nothing else
changes. Don't store anything here that must not be lost.
"""

from __future__ import annotations

import functools
import json
import logging
import time
from collections.abc import Callable
from typing import Any, ClassVar

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.utils.functional import cached_property
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# Seconds before a failed server is tried again, so that pages don't wait for it one after another.
RETRY_AFTER_S = 5.0
# Keys deleted in one step.
CLEAR_STEP = 500
OPERATIONS = frozenset(
    {"add", "get", "set", "touch", "delete", "get_many", "has_key", "incr", "set_many",
     "delete_many", "clear"}
)  # fmt: skip


class JsonSerializer:
    """Values as JSON: with pickles, anyone who can write to the server could run code here."""

    def dumps(self, obj: Any) -> Any:
        """Return the stored form.

        Integers stay as they are, so that the server can count. Raise TypeError for values that
        JSON cannot represent.
        """
        return obj if type(obj) is int else json.dumps(obj).encode()

    def loads(self, data: Any) -> Any:
        """Return the original value, with lists in place of tuples."""
        return json.loads(data)


class SharedCache(RedisCache):
    """Django's Redis cache, except that it works without a server and clears only its own keys."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._server_urls = [server] if isinstance(server, str) else server

    @cached_property
    def _cache(self) -> Any:
        pattern = self.make_key("*", version="*")  # type: ignore[arg-type]
        return _Server(super()._cache, name=",".join(self._server_urls), own_keys=pattern)


class _Server:
    """The operations of Django's client, done in memory while the server is unavailable.

    Django makes one for each thread; they share the memory and the state of the server.
    """

    # When each server may be tried again, in seconds of time.monotonic().
    away_until: ClassVar[dict[str, float]] = {}

    def __init__(self, client: RedisCacheClient, *, name: str, own_keys: str) -> None:
        self._client = client
        self._name = name
        self._own_keys = own_keys
        self._memory = LocMemCache(f"away-{name}", {})

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in OPERATIONS:
            raise AttributeError(name)
        return functools.partial(self._run, name)

    def _run(self, name: str, *args: Any) -> Any:
        if time.monotonic() >= self.away_until.get(self._name, 0.0):
            try:
                return self._clear() if name == "clear" else getattr(self._client, name)(*args)
            except RedisError as error:
                self.away_until[self._name] = time.monotonic() + RETRY_AFTER_S
                logger.warning("The shared cache is unavailable, using memory: %s", error)
        return getattr(self._memory, name)(*args)

    def _clear(self) -> bool:
        """Delete our own keys only: Django's client would empty the whole server, including
        Celery's queues."""
        self._memory.clear()
        server = self._client.get_client(write=True)
        keys = list(server.scan_iter(match=self._own_keys, count=CLEAR_STEP))
        for start in range(0, len(keys), CLEAR_STEP):
            server.delete(*keys[start : start + CLEAR_STEP])
        return True
