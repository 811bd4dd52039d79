"""Compresses pages and other text. Pictures, downloads and static files go out as they are:
WebP and JPEG gain nothing, and WhiteNoise has compressed the static files already.

Django's GZipMiddleware adds a random number of bytes to each answer, so that its length says
nothing about secrets in it (the BREACH attack); CSRF tokens are masked anew in each page as well.
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
    """GZipMiddleware for whole answers of text; must stand below WhiteNoise and above the pages."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress the answer if it is text and already in memory."""
        media_type = response.get("Content-Type", "").partition(";")[0].strip().lower()
        if response.streaming or media_type not in TEXT:
            return response
        return super().process_response(request, response)
