"""The admin site: Django's, with our name on it and the state of the library on its first page."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver

from gallery.views.accounts import AdminSignInForm


class SemblanceAdminSite(AdminSite):
    """Headings of the admin, and its first page."""

    site_header = "Semblance"
    site_title = "Semblance"
    index_title = "Manage the library"
    login_form = AdminSignInForm

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Without Django's way from any row's key to its page: it asks for no permission, and
        the address of a collection tells its name."""
        return [one for one in super().get_urls() if getattr(one, "name", "") != "view_on_site"]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Adds the numbers for administrators; other staff may not see all that they count."""
        from gallery.admin.dashboard import read_dashboard

        dashboard = read_dashboard() if request.user.is_superuser else None
        return super().index(request, {"dashboard": dashboard, **(extra_context or {})})
