"""The error page of last resort, built from a constant for when no template can be rendered.

It needs no template, no list of hashed static files, no database, no session and no context
processor. It links the stylesheet by its plain name, which is served beside the hashed one. If that
is missing too, the page is readable without it.
"""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gallery.http.context import site_for

PAGE = """<!doctype html>
<html lang="{language}" data-theme="{theme}">
<head>
  <meta charset="utf-8">
  <title>{heading} · {site}</title>
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <link rel="icon" href="{static}icons/mark.svg" type="image/svg+xml">
  <link rel="stylesheet" href="{static}css/site.css">
</head>
<body>
  <main class="page">
    <div class="empty">
      <p class="error-page__code" aria-hidden="true">{status}</p>
      <h1>{heading}</h1>
      <p>{sentence}</p>
      <p><a class="button" href="/">{home}</a></p>
    </div>
  </main>
</body>
</html>
"""


def plain_page(
    request: HttpRequest, *, status: HTTPStatus, heading: str, sentence: str
) -> HttpResponse:
    """Return an error page that works when everything else is broken."""
    site = site_for(request)
    page = format_html(
        PAGE,
        language=get_language() or settings.LANGUAGE_CODE,
        theme=site.theme,
        site=site.name,
        static=settings.STATIC_URL,
        status=status.value,
        heading=heading,
        sentence=sentence,
        home=_("All pictures"),
    )
    return HttpResponse(page, status=status)
