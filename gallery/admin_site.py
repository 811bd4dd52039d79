"""The admin site: Django's, with our name on it."""

from __future__ import annotations

from django.contrib.admin import AdminSite


class SemblanceAdminSite(AdminSite):
    """Headings of the admin."""

    site_header = "Semblance"
    site_title = "Semblance"
    index_title = "Manage the library"
