"""Signing in: Django's view and forms under our own look, with guessing slowed down."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError

from gallery.http import guesses
from gallery.http.context import site_for


class ThrottledSignInForm(AuthenticationForm):
    """A sign-in form that stops looking at passwords after too many wrong ones."""

    def clean(self) -> dict[str, Any]:
        """Django's check, counted. Raises ValidationError."""
        if self.request is None:
            return super().clean()
        if guesses.must_wait(self.request):
            raise ValidationError(guesses.SENTENCE, code="too_many_failures")
        try:
            return super().clean()
        except ValidationError:
            guesses.count_failure(self.request)
            raise


class SignInForm(ThrottledSignInForm):
    """The form of the site's own sign-in page."""

    error_messages = {  # noqa: RUF012  # Django's own type
        **AuthenticationForm.error_messages,
        "invalid_login": (
            "That user name and password do not match. Check both: capital letters count."
        ),
    }


class AdminSignInForm(ThrottledSignInForm, AdminAuthenticationForm):
    """The same for the admin's own sign-in page."""


class SignIn(LoginView):
    """Django's, which names its own idea of the site `site` and would hide ours from base.html."""

    authentication_form = SignInForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The site as every other page has it."""
        return {**super().get_context_data(**kwargs), "site": site_for(self.request)}
