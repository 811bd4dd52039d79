"""Wrong passwords, counted for each network address: the sign-in pages and the API share them."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

from gallery.http.throttle import visitor

# Wrong passwords from one address within FAILURE_WINDOW_S before it has to wait. Several people
# behind one address may all mistype; a dictionary needs thousands.
MAX_FAILURES = 20
FAILURE_WINDOW_S = 300
SENTENCE = "Too many wrong passwords from here: wait five minutes and try again."


def must_wait(request: HttpRequest) -> bool:
    """Whether this address has guessed too often; the password is then not even looked at."""
    return int(cache.get(_key(request), 0)) >= MAX_FAILURES


def count_failure(request: HttpRequest) -> None:
    """Remembers one wrong password."""
    if not cache.add(_key(request), 1, timeout=FAILURE_WINDOW_S):
        try:
            cache.incr(_key(request))
        except ValueError:  # it ended between the two calls
            cache.set(_key(request), 1, timeout=FAILURE_WINDOW_S)


def _key(request: HttpRequest) -> str:
    return f"wrong-passwords:{visitor(request)}"
