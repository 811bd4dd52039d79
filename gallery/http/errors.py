"""The error pages, in the site's own design and in plain words.

searchsite.urls names the first four; other views call the rest. No page may fail because of what is
already broken: a server error is a plain page without dependencies, and any other page falls back
to one if it cannot be rendered.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.exceptions import SemblanceError
from gallery.http.plain_page import plain_page

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: an invalid request, which none of our pages sends."""
    return _page(
        request,
        status=HTTPStatus.BAD_REQUEST,
        heading=_("Bad request"),
        sentence=_sentence(exception)
        or _("The site could not read that request. Go back, reload the page and try again."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: this person may not do this, or is not signed in."""
    signed_in = _is_signed_in(request)
    return _page(
        request,
        status=HTTPStatus.FORBIDDEN,
        heading=_("You don’t have permission"),
        sentence=_sentence(exception)
        or (
            _("Your account doesn’t allow this. Ask the owner of the collection.")
            if signed_in
            else _("Sign in with an account that has permission.")
        ),
        login_url="" if signed_in else _login_url(request),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """403 for a form that was open too long or sent by another site."""
    return _page(
        request,
        status=HTTPStatus.FORBIDDEN,
        heading=_("This form has expired"),
        sentence=_("Go back, reload the page and send the form again."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing is here, or nothing that this person may see. The page never says which."""
    signed_in = _is_signed_in(request)
    return _page(
        request,
        status=HTTPStatus.NOT_FOUND,
        heading=_("Page not found"),
        sentence=_sentence(exception)
        or (
            _("Check the address. The picture may have been deleted or isn’t shared with you.")
            if signed_in
            else _("Check the address. If the picture is private, sign in to see it.")
        ),
        login_url="" if signed_in else _login_url(request),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Depends on nothing that may be broken."""
    return plain_page(
        request,
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        heading=_("Something went wrong"),
        sentence=_(
            "This is our fault, not yours. The error has been logged. Try again in a moment."
        ),
    )


def too_large(request: HttpRequest, sentence: str = "") -> HttpResponse:
    """413: the body is larger than the site accepts."""
    megabytes = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
    return _page(
        request,
        status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        heading=_("File too large"),
        sentence=sentence
        or _("A picture can be up to %(megabytes)d MB. Choose a smaller copy.")
        % {"megabytes": megabytes},
    )


def too_many_requests(request: HttpRequest, *, retry_after_s: int) -> HttpResponse:
    """429: this visitor sends more requests than the site allows."""
    response = _page(
        request,
        status=HTTPStatus.TOO_MANY_REQUESTS,
        heading=_("Too many requests"),
        sentence=ngettext(
            "Try again in %(seconds)d second.", "Try again in %(seconds)d seconds.", retry_after_s
        )
        % {"seconds": retry_after_s},
    )
    response["Retry-After"] = str(retry_after_s)
    return response


def _page(
    request: HttpRequest, *, status: HTTPStatus, heading: str, sentence: str, login_url: str = ""
) -> HttpResponse:
    context = {
        "status": status.value,
        "heading": heading,
        "sentence": sentence,
        "login_url": login_url,
    }
    try:
        response = render(request, f"errors/{status.value}.html", context, status=status)
    except Exception:  # whatever is broken, the visitor still gets an explanation
        logger.exception("The page of error %d could not be rendered", status.value)
        response = plain_page(request, status=status, heading=heading, sentence=sentence)
    # Scripts show this instead of the page. Headers can hold ASCII only.
    response["X-Sentence"] = quote(sentence)
    return response


def _sentence(exception: Exception | None) -> str:
    return exception.sentence if isinstance(exception, SemblanceError) else ""


def _is_signed_in(request: HttpRequest) -> bool:
    """Return whether someone is signed in. False if unknown: before the session is read, or without
    a database."""
    user = getattr(request, "user", None)
    try:
        return user is not None and user.is_authenticated
    except DatabaseError:
        return False


def _login_url(request: HttpRequest) -> str:
    back = request.get_full_path() if request.method == "GET" else reverse("gallery:browse")
    return f"{reverse('login')}?{urlencode({'next': back})}"
