"""Password attempts of requests, and the message for people who have to wait."""

from __future__ import annotations

import math

from django.http import HttpRequest
from django.utils.translation import ngettext

from gallery.http.addresses import network_of
from gallery.library.guesses import Attempt, attempt_at


def attempt(request: HttpRequest, username: str) -> Attempt:
    """Return the attempt that this request is about to make for a user name."""
    return attempt_at(username, network=network_of(request))


def sentence(wait_s: int) -> str:
    """Return the message for people who have to wait."""
    if wait_s < 60:
        return ngettext(
            "Too many attempts. Try again in %(count)d second.",
            "Too many attempts. Try again in %(count)d seconds.",
            wait_s,
        ) % {"count": wait_s}
    minutes = math.ceil(wait_s / 60)
    return ngettext(
        "Too many attempts. Try again in %(count)d minute.",
        "Too many attempts. Try again in %(count)d minutes.",
        minutes,
    ) % {"count": minutes}
