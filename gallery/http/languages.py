"""Choose the language of pages. Pictures and downloads are the same in every language."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware

from gallery.http.compression import is_text


class PageLanguage(LocaleMiddleware):
    """Django's LocaleMiddleware, which marks only text as depending on the language.

    With `Vary: Accept-Language` on pictures, a shared cache would keep a copy of each thumbnail for
    every language that browsers ask for.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Add Content-Language and Vary to text."""
        return super().process_response(request, response) if is_text(response) else response
