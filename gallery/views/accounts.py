"""Signing in: Django's views and forms with our templates and a limit on wrong passwords."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, PasswordChangeView, PasswordResetView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from gallery.http import attempts
from gallery.http.context import site_for
from gallery.library.guesses import record_success, record_wrong_password, seconds_to_wait


class SignInForm(AuthenticationForm):
    """A sign-in form that stops checking passwords after too many wrong ones."""

    error_messages = {  # noqa: RUF012  # Django's own type
        **AuthenticationForm.error_messages,
        "invalid_login": _("Wrong user name or password. Passwords are case-sensitive."),
    }

    def clean(self) -> dict[str, Any]:
        """Run Django's check and count the attempt. Raises ValidationError."""
        username = self.cleaned_data.get("username")
        if self.request is None or not (username and self.cleaned_data.get("password")):
            return super().clean()  # there is no attempt to count
        with counted_guess(self.request, username):
            return super().clean()


@contextmanager
def counted_guess(request: HttpRequest, username: str) -> Iterator[None]:
    """Count the password check in the `with` block, or refuse it while the person has to wait.

    Raises ValidationError.
    """
    tried = attempts.attempt(request, username)
    wait_s = seconds_to_wait(tried)
    if wait_s:
        raise ValidationError(attempts.sentence(wait_s), code="too_many_failures")
    try:
        yield
    except ValidationError:
        record_wrong_password(tried)
        raise
    record_success(tried)


class ChangePasswordForm(PasswordChangeForm):
    """Asks for the old password and counts wrong ones as the sign-in form does, so that a session
    left open cannot be used to guess the password."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request

    def clean_old_password(self) -> str:
        """Run Django's check and count the attempt. Raises ValidationError."""
        with counted_guess(self._request, self.user.get_username()):
            return super().clean_old_password()


class ChangePassword(PasswordChangeView):
    """Django's view, which also passes the request to the form."""

    form_class = ChangePasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Return the form's arguments, including the request."""
        return {**super().get_form_kwargs(), "request": self.request}


class SignIn(LoginView):
    """Django's view with our `site`: Django's own context variable of that name would hide it from
    base.html."""

    authentication_form = SignInForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the same `site` that every other page has."""
        return {**super().get_context_data(**kwargs), "site": site_for(self.request)}


class ResetPassword(PasswordResetView):
    """Django's view on a site that can send email; otherwise the page says whom to ask."""

    extra_email_context = {"site_name": settings.SITE_NAME}  # noqa: RUF012  # Django's own type

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add whether the site can send email."""
        return {**super().get_context_data(**kwargs), "sends_email": bool(settings.EMAIL_HOST)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send the link, or show the page again if there is no mail server."""
        if not settings.EMAIL_HOST:
            return self.render_to_response(self.get_context_data())
        return super().post(request, *args, **kwargs)
