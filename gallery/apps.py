"""App configuration; imports nothing heavy."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class GalleryConfig(AppConfig):
    """The gallery app."""

    name = "gallery"
    verbose_name = "Pictures"

    def ready(self) -> None:
        """Registers the system checks."""
        from gallery import checks  # noqa: F401


class SemblanceAdminConfig(AdminConfig):
    """Django's admin with our own site class."""

    default_site = "gallery.admin_site.SemblanceAdminSite"
