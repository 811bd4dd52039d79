"""Compress pages and other text. Pictures, downloads and static files are sent as they are: WebP
and JPEG gain nothing, and WhiteNoise has already compressed the static files.

Django's GZipMiddleware adds a random number of bytes to each answer, so that its length says
nothing about secrets in it (the BREACH attack); CSRF tokens are also masked differently in each
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


class TextCompression(GZipMiddleware):
    """GZipMiddleware for complete text responses. Goes below WhiteNoise and above everything that
    makes pages."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress the response if it is text and already in memory."""
        media_type = response.get("Content-Type", "").partition(";")[0].strip().lower()
        if response.streaming or media_type not in TEXT:
            return response
        return super().process_response(request, response)
