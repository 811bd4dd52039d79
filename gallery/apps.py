"""App configuration. Imports nothing heavy."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy


class GalleryConfig(AppConfig):
    """The gallery app."""

    name = "gallery"
    verbose_name = gettext_lazy("Library")

    def ready(self) -> None:
        """Register the system checks."""
        from gallery import checks  # noqa: F401


class SemblanceAdminConfig(AdminConfig):
    """Django's admin with our own site class."""

    default_site = "gallery.admin_site.SemblanceAdminSite"
