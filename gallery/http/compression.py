"""Compress pages and other text. Pictures, downloads and static files are sent as they are: WebP
and JPEG gain nothing, and WhiteNoise has already compressed the static files.

Django's GZipMiddleware adds a random number of bytes to each response, so that its length reveals
nothing about secrets in it (the BREACH attack). CSRF tokens are also masked differently in each
page.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

TEXT = frozenset(
    {
        "application/json",
        "application/problem+json",
        "image/svg+xml",
        "text/css",
        "text/html",
        "text/javascript",
        "text/plain",
    }
)


def is_text(response: HttpResponseBase) -> bool:
    """Return whether a response is text, by its content type."""
    return response.get("Content-Type", "").partition(";")[0].strip().lower() in TEXT


class TextCompression(GZipMiddleware):
    """GZipMiddleware for complete text responses. Goes below WhiteNoise and above everything that
    makes pages."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress the response if it is text and already in memory."""
        if response.streaming or not is_text(response):
            return response
        return super().process_response(request, response)
