"""What every entry point shares about a request: its size and cookies, how often a visitor may ask,
wrong passwords, the error pages, and what templates know of the site.

Used by views, the API and the admin; knows no single page.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# What Django hands to a middleware, and what the middleware returns.
GetResponse = Callable[[HttpRequest], HttpResponse]
