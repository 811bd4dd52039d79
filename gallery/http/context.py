"""What every template may use: `site`. No queries here, so that error pages stay cheap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.http import HttpRequest

Theme = Literal["", "light", "dark"]
THEME_COOKIE = "theme"


@dataclass(frozen=True, kw_only=True)
class SiteContext:
    """The site's name, and the look that this visitor chose ("" follows their system)."""

    name: str
    theme: Theme


def site(request: HttpRequest) -> dict[str, SiteContext]:
    """The context processor named in settings."""
    return {"site": site_for(request)}


def site_for(request: HttpRequest | None) -> SiteContext:
    """The same without a request: for pages that must be shown when everything else fails."""
    chosen = request.COOKIES.get(THEME_COOKIE) if request is not None else None
    theme: Theme = "light" if chosen == "light" else "dark" if chosen == "dark" else ""
    return SiteContext(name=settings.SITE_NAME, theme=theme)
