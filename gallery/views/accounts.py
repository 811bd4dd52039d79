"""Signing in: Django's view under our own look."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LoginView

from gallery.views.context import site_for


class SignIn(LoginView):
    """Django's, which names its own idea of the site `site` and would hide ours from base.html."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The site as every other page has it."""
        return {**super().get_context_data(**kwargs), "site": site_for(self.request)}
