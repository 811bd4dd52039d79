"""Translations for the scripts: Django's JavaScript catalogue, as a file that browsers may keep.

The URL holds the language and a hash of the content, so a response never changes. English is
the language of the source: its pages load no catalogue.
"""

from __future__ import annotations

import functools
import hashlib

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

YEAR_S = 365 * 24 * 3600


@require_safe
def script_catalog(_request: HttpRequest, language: str, version: str) -> HttpResponse:
    """Serve the catalogue of one language; 404 for a language without a translation."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    content = _content(language)
    response = HttpResponse(content, content_type="text/javascript; charset=utf-8")
    # A page from before a change gets the current catalogue, which must not be cached under the old
    # URL.
    is_named = version == _version(content)
    response["Cache-Control"] = f"public, max-age={YEAR_S}, immutable" if is_named else "no-cache"
    return response


def script_catalog_url(language: str) -> str:
    """Return the URL of a language's catalogue, or an empty string if it has no translations."""
    content = _content(language)
    if not content:
        return ""
    parts = {"language": language, "version": _version(content)}
    return reverse("gallery:script-catalog", kwargs=parts)


class _Catalog(JavaScriptCatalog):
    def render_to_response(self, context: dict[str, object], **options: object) -> HttpResponse:
        if not context["catalog"]:
            return HttpResponse()
        return super().render_to_response(context, **options)


def _content(language: str) -> bytes:
    return _read(language, tuple(str(folder) for folder in settings.LOCALE_PATHS))


@functools.cache
def _read(language: str, _folders: tuple[str, ...]) -> bytes:
    """Read the compiled files once; a new translation needs a restart, as in the rest of Django."""
    with translation.override(language):
        # Only this app's strings: the admin's scripts have their own catalogue.
        return _Catalog(packages=["gallery"]).get(HttpRequest()).content


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
