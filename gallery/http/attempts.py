"""Wrong passwords, as requests bring them and as people read about them."""

from __future__ import annotations

import math

from django.http import HttpRequest
from django.utils.translation import ngettext

from gallery.http.addresses import network_of
from gallery.library.guesses import Attempt, attempt_at


def attempt(request: HttpRequest, username: str) -> Attempt:
    """The password that this request brings for a name, about to be tried."""
    return attempt_at(username, network=network_of(request))


def sentence(wait_s: int) -> str:
    """What people read while they wait."""
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
