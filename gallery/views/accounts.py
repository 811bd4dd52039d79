"""Signing in: Django's view and forms under our own look, with guessing slowed down."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, PasswordResetView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

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
        "invalid_login": _("Wrong user name or password. Passwords are case-sensitive."),
    }


class AdminSignInForm(ThrottledSignInForm, AdminAuthenticationForm):
    """The same for the admin's own sign-in page."""


class SignIn(LoginView):
    """Django's, which names its own idea of the site `site` and would hide ours from base.html."""

    authentication_form = SignInForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The site as every other page has it."""
        return {**super().get_context_data(**kwargs), "site": site_for(self.request)}


class ResetPassword(PasswordResetView):
    """Django's, on a site that can send email; on any other, the page says whom to ask."""

    extra_email_context = {"site_name": settings.SITE_NAME}  # noqa: RUF012  # Django's own type

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Says whether a link can be sent."""
        return {**super().get_context_data(**kwargs), "sends_email": bool(settings.EMAIL_HOST)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sends the link; without a mail server, the page again."""
        if not settings.EMAIL_HOST:
            return self.render_to_response(self.get_context_data())
        return super().post(request, *args, **kwargs)
