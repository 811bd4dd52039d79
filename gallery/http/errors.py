"""The error pages, in the site's own look and in plain words.

searchsite.urls names the first four; other views call the rest. A page must not need what may be
broken: a server error is rendered without the request, so without session and database.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from gallery.exceptions import SemblanceError
from gallery.http.context import site_for


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: a request that no page of ours sends."""
    return _page(
        request,
        status=HTTPStatus.BAD_REQUEST,
        heading="That did not make sense",
        sentence=_sentence(exception)
        or "The site could not read that request. Go back, reload the page and try again.",
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in as somebody who may not do this, or not signed in."""
    signed_in = _is_signed_in(request)
    return _page(
        request,
        status=HTTPStatus.FORBIDDEN,
        heading="You may not do that",
        sentence=_sentence(exception)
        or (
            "This account has no permission for it. Ask the owner of the collection."
            if signed_in
            else "Sign in with an account that may."
        ),
        login_url="" if signed_in else _login_url(request),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """403 for a form that was open too long, or sent by another site."""
    return _page(
        request,
        status=HTTPStatus.FORBIDDEN,
        heading="That form is too old",
        sentence="Your browser sent a form that this site no longer trusts. Go back, reload the "
        "page and send it again.",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing there, or nothing that this person may see; the page never says which."""
    signed_in = _is_signed_in(request)
    return _page(
        request,
        status=HTTPStatus.NOT_FOUND,
        heading="Nothing is here",
        sentence=_sentence(exception)
        or "The address may be mistyped, or the picture was deleted"
        + (" or is not shared with you." if signed_in else " or is private: sign in to see it."),
        login_url="" if signed_in else _login_url(request),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Rendered without the request, because anything may be broken."""
    context = {
        "site": site_for(request),
        "status": 500,
        "heading": "Something broke on our side",
        "sentence": "It is not your fault, and it is written down for the people who run this "
        "site. Try again in a moment.",
    }
    page = render_to_string("errors/500.html", context)
    return HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def too_large(request: HttpRequest, sentence: str = "") -> HttpResponse:
    """413: more bytes than the site takes."""
    megabytes = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
    return _page(
        request,
        status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        heading="That is too large",
        sentence=sentence
        or f"One picture may have up to {megabytes} MB here. Choose a smaller copy of it.",
    )


def too_many_requests(request: HttpRequest, *, retry_after_s: int) -> HttpResponse:
    """429: this visitor asks faster than the site allows."""
    response = _page(
        request,
        status=HTTPStatus.TOO_MANY_REQUESTS,
        heading="A little slower, please",
        sentence=f"That were many requests in one minute. Try again in {retry_after_s} seconds.",
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
    response = render(request, f"errors/{status.value}.html", context, status=status)
    # Scripts show this instead of the page; headers hold ASCII only.
    response["X-Sentence"] = quote(sentence)
    return response


def _sentence(exception: Exception | None) -> str:
    return exception.sentence if isinstance(exception, SemblanceError) else ""


def _is_signed_in(request: HttpRequest) -> bool:
    """False also where the error came before anybody asked who it is."""
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


def _login_url(request: HttpRequest) -> str:
    back = request.get_full_path() if request.method == "GET" else reverse("gallery:browse")
    return f"{reverse('login')}?{urlencode({'next': back})}"
