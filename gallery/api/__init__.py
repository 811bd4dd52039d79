"""The JSON API under /api/v1/: the NinjaAPI object, its routers and its error responses.

Only searchsite.urls imports this package. Its other modules hold the endpoints, which parse the
request, make one domain call and return plain data. Every error is {"reason", "sentence"}.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from gallery.api import collections, images, search
from gallery.api.documentation import Documentation
from gallery.exceptions import (
    EncoderUnavailable,
    InvalidQuery,
    LibraryProblem,
    NoActiveEncoder,
    NotAllowed,
    NotSearchableYet,
    SemblanceError,
)

logger = logging.getLogger(__name__)

DESCRIPTION = """Add pictures, and find them by words, by another picture, or by both.

Without signing in you see what is public. Sign in with the name and password of your account
(HTTP Basic; use it over HTTPS), or with the browser's session and its `X-CSRFToken` header.

Every error is `{"reason", "sentence"}`: a stable code for programs and one sentence for people.
Pictures that you may not see return 404 and are never counted.
"""

api = NinjaAPI(
    title="Semblance",
    version="1",
    urls_namespace="api",
    description=DESCRIPTION,
    docs=Documentation(),
)
api.add_router("", search.router)
api.add_router("", images.router)
api.add_router("", collections.router)

# All other named errors are caused by the request: 422.
_STATUS: dict[type[SemblanceError], HTTPStatus] = {
    InvalidQuery: HTTPStatus.BAD_REQUEST,
    NotAllowed: HTTPStatus.FORBIDDEN,
    LibraryProblem: HTTPStatus.CONFLICT,
    NotSearchableYet: HTTPStatus.CONFLICT,
    NoActiveEncoder: HTTPStatus.SERVICE_UNAVAILABLE,
    EncoderUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
_REASONS = {
    HTTPStatus.UNAUTHORIZED: "not_signed_in",
    HTTPStatus.FORBIDDEN: "not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_many_bytes",
    HTTPStatus.TOO_MANY_REQUESTS: "too_many_requests",
}


@api.exception_handler(SemblanceError)
def domain_error(request: HttpRequest, problem: SemblanceError) -> HttpResponse:
    """Return a named error of the app."""
    status = _STATUS.get(type(problem), HTTPStatus.UNPROCESSABLE_ENTITY)
    return _problem(request, status, reason=problem.reason, sentence=problem.sentence)


@api.exception_handler(Http404)
def not_found(request: HttpRequest, _error: Http404) -> HttpResponse:
    """Return 404 for anything that does not exist or that the caller may not see."""
    return _problem(
        request,
        HTTPStatus.NOT_FOUND,
        reason="not_found",
        sentence=_("Not found, or not visible to you."),
    )


@api.exception_handler(HttpError)
def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Return an error raised by the framework or by authentication."""
    status = HTTPStatus(error.status_code)
    sentence = str(error)
    if status == HTTPStatus.UNAUTHORIZED:
        sentence = _("Sign in with a user name and password.")
    response = _problem(
        request, status, reason=_REASONS.get(status, "bad_request"), sentence=sentence
    )
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Basic realm="Semblance", charset="UTF-8"'
    return response


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Return 422 for invalid parameters or bodies, naming the first error."""
    first = error.errors[0] if error.errors else {"loc": ("request",), "msg": _("isn’t valid")}
    return _problem(
        request,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        reason="invalid_input",
        sentence=f"{first['loc'][-1]}: {first['msg']}.",
    )


@api.exception_handler(SuspiciousOperation)
@api.exception_handler(MultiPartParserError)
@api.exception_handler(UnreadablePostError)
def unreadable(request: HttpRequest, _error: Exception) -> HttpResponse:
    """Return 400 for requests that Django refuses: too many fields, or a body that is cut off or
    malformed."""
    return _problem(
        request,
        HTTPStatus.BAD_REQUEST,
        reason="bad_request",
        sentence=_("The site couldn’t read that request. It’s malformed or has too many fields."),
    )


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    """Return 413 for a body without files that exceeds Django's limit."""
    return _problem(
        request,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        reason="too_many_bytes",
        sentence=_(
            "That request is too large. Send files as a form, and text in several requests."
        ),
    )


@api.exception_handler(Exception)
def broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return any other error as JSON and log its traceback: this is the API's boundary."""
    logger.error("The API failed on %s %s", request.method, request.path, exc_info=error)
    return _problem(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        reason="broken",
        sentence=_("Something went wrong. The error has been logged. Try again in a moment."),
    )


def _problem(
    request: HttpRequest, status: HTTPStatus, *, reason: str, sentence: str
) -> HttpResponse:
    body = {"reason": reason, "sentence": sentence}
    return api.create_response(request, body, status=status)
