"""Rate limits per visitor: a count per minute in Django's cache. Decorate views with @limited."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from gallery.http import errors
from gallery.http.addresses import network_of
from gallery.models.people import person_id

WINDOW_S = 60
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def limited(view: View[P]) -> View[P]:
    """Respond with 429 after RATE_LIMIT_PER_MINUTE requests from one visitor within a minute."""

    @wraps(view)
    def counted(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        wait_s = seconds_to_wait(request)
        if wait_s:
            return errors.too_many_requests(request, retry_after_s=wait_s)
        return view(request, *args, **kwargs)

    return counted


def seconds_to_wait(request: HttpRequest) -> int:
    """Count this request. Return 0 while the visitor is within the limit. For the API, which
    responds in its own format."""
    limit: int = settings.RATE_LIMIT_PER_MINUTE
    if limit <= 0:
        return 0
    now = time.time()
    window = int(now // WINDOW_S)
    key = f"requests:{visitor(request)}:{window}"
    # Keys live for one more window, because the clocks of several machines may differ.
    if cache.add(key, 1, timeout=2 * WINDOW_S):
        return 0
    try:
        requests = cache.incr(key)
    except ValueError:  # the entry was evicted between the two calls
        return 0
    return 0 if requests <= limit else int((window + 1) * WINDOW_S - now) + 1


def visitor(request: HttpRequest) -> str:
    """Return who is counted: the person if signed in, otherwise the network address."""
    person = person_id(request.user)
    if person is not None:
        return f"person-{person}"
    return f"address-{network_of(request)}"
