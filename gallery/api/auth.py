"""API authentication: a browser session (with its CSRF token), or user name and password (Basic).

Without either, the caller is a visitor who sees what is public. Only API modules use this.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError, HttpError
from ninja.security import HttpBasicAuth
from ninja.utils import check_csrf

from gallery.http import attempts
from gallery.http.bodies import announces_more
from gallery.ingest.refusals import size_in_words
from gallery.library.guesses import record_success, record_wrong_password, seconds_to_wait
from gallery.models import User

Caller = User | AnonymousUser

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Anyone(HttpBasicAuth):
    """Identifies the caller and accepts visitors. A wrong password is 401, not a visitor."""

    def __call__(self, request: HttpRequest) -> Caller | None:
        """Return the caller and set request.user. Raises HttpError for refused requests."""
        _check_size(request)
        if "Authorization" in request.headers:
            _check_origin(request)
            found = super().__call__(request)
            if found is None:
                raise AuthenticationError
            return cast(User, found)
        if request.user.is_authenticated:
            if check_csrf(request):
                raise HttpError(
                    HTTPStatus.FORBIDDEN,
                    _("Send the X-CSRFToken header with the value of the csrftoken cookie."),
                )
            return request.user
        return self.visitor(request)

    def visitor(self, request: HttpRequest) -> Caller | None:
        """Return the caller for a request without credentials."""
        return cast(AnonymousUser, request.user)

    def authenticate(self, request: HttpRequest, username: str, password: str) -> Caller | None:
        """Return the account with this name and password, or None if they are wrong."""
        tried = attempts.attempt(request, username)
        wait_s = seconds_to_wait(tried)
        if wait_s:
            raise HttpError(HTTPStatus.TOO_MANY_REQUESTS, attempts.sentence(wait_s))
        # PostgreSQL refuses to look up a name with a NUL character, and no account has one.
        known = "\x00" not in username
        user = authenticate(request, username=username, password=password) if known else None
        if user is None:
            record_wrong_password(tried)
            return None
        record_success(tried)
        request.user = user
        return request.user


class SignedIn(Anyone):
    """Accepts only callers with an account."""

    def visitor(self, request: HttpRequest) -> None:  # noqa: ARG002
        """Return None: 401."""
        return


def _check_origin(request: HttpRequest) -> None:
    """Refuse requests from pages of other sites: a browser that has asked for a name and password
    adds them to those requests too."""
    origin = request.headers.get("Origin")
    if origin is None or request.method in SAFE_METHODS:
        return
    if origin.partition("://")[2] != request.get_host():
        raise HttpError(HTTPStatus.FORBIDDEN, _("Requests from another site can’t make changes."))


def _check_size(request: HttpRequest) -> None:
    """Refuse by the announced size, before any of the body is read."""
    if announces_more(request, than=settings.MAX_ARCHIVE_BYTES):
        limit = size_in_words(settings.MAX_ARCHIVE_BYTES)
        raise HttpError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            _("A request can be up to %(limit)s.") % {"limit": limit},
        )


anyone = Anyone()
signed_in = SignedIn()
