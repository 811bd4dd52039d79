"""The admin site: Django's, inside the site's own layout, with the state of the library on the
start page."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

# The order of the sections in the admin's navigation; other models come last.
SECTIONS = ("Image", "Collection", "UploadBatch", "EmbeddingJob", "Encoder", "User", "Group")


class SemblanceAdminSite(AdminSite):
    """The admin's headings, navigation and start page."""

    site_header = "Semblance"
    site_title = "Semblance"
    index_title = _("Overview")
    # The sections are a row of links above each page.
    enable_nav_sidebar = False

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Leave out Django's redirect from an object's key to its page: it checks no permission,
        and the URL of a collection reveals its name."""
        return [one for one in super().get_urls() if getattr(one, "name", "") != "view_on_site"]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the navigation links."""
        context = super().each_context(request)
        index = reverse("admin:index", current_app=self.name)
        return {**context, "index_url": index, "sections": _sections(context, request.path)}

    def login(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002  # Django's signature
    ) -> HttpResponse:
        """Redirect to the site's own sign-in page, the only place where wrong passwords are
        counted."""
        index = reverse("admin:index", current_app=self.name)
        wanted = request.GET.get("next") or request.POST.get("next") or index
        if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
            wanted = index
        return redirect_to_login(wanted, resolve_url("login"))

    def password_change(
        self,
        request: HttpRequest,  # noqa: ARG002  # Django's signature
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        """Redirect to the site's own page; Django's would return a TemplateResponse."""
        return redirect("password_change")

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Add the numbers for administrators only, because other staff may not see all of what they
        count."""
        from gallery.admin.activity import read_activity
        from gallery.admin.dashboard import read_dashboard

        numbers: dict[str, Any] = {"dashboard": None, "activity": ()}
        if request.user.is_superuser:
            numbers = {"dashboard": read_dashboard(), "activity": read_activity()}
        return super().index(request, {**numbers, **(extra_context or {})})


def _sections(context: dict[str, Any], path: str) -> list[dict[str, Any]]:
    """Return the lists that the person may open, in our order, marking the one that contains
    `path`."""
    models = [
        {
            **model,
            "label": capfirst(model["name"]),
            "is_current": path.startswith(model["admin_url"]),
        }
        for app in context["available_apps"]
        for model in app["models"]
        if model["admin_url"]
    ]
    known = {name: place for place, name in enumerate(SECTIONS)}
    return sorted(models, key=lambda model: known.get(model["object_name"], len(known)))
