"""What all entry points share about requests: body limits, cookies, rate limits, wrong passwords,
error pages, and the template context.

Used by views, the API and the admin, and independent of any page.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# What Django passes to a middleware, and what the middleware returns.
GetResponse = Callable[[HttpRequest], HttpResponse]
