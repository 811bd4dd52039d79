"""The template variable `site`, available to every template. Makes no queries, so that error pages
stay cheap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.http import HttpRequest

Theme = Literal["", "light", "dark"]
THEME_COOKIE = "theme"


@dataclass(frozen=True, kw_only=True)
class SiteContext:
    """The site's name, and the theme that this visitor chose ("" follows their system)."""

    name: str
    theme: Theme


def site(request: HttpRequest) -> dict[str, SiteContext]:
    """Return the template variables. The context processor named in settings."""
    return {"site": site_for(request)}


def site_for(request: HttpRequest | None) -> SiteContext:
    """Return the same without the processor, for pages that must work when everything else
    fails."""
    chosen = request.COOKIES.get(THEME_COOKIE) if request is not None else None
    theme: Theme = "light" if chosen == "light" else "dark" if chosen == "dark" else ""
    return SiteContext(name=settings.SITE_NAME, theme=theme)
