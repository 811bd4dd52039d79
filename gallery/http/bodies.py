"""Limits on the size of request bodies: a middleware, and a check for views with their own
limit."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from gallery.http import GetResponse, errors
from gallery.http.numbers import is_number

# Room for the other fields of a form besides its file.
FORM_OVERHEAD_BYTES = 1024 * 1024


def bounded(get_response: GetResponse) -> GetResponse:
    """Middleware that checks the announced size before anything reads the body.

    Parsing a form stores its files on disk, and the CSRF check parses it: without a limit, anyone
    could fill the disk through any address that accepts a form.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if not is_number(announced):
            return errors.bad_request(request)
        if announces_more(request, than=settings.MAX_UPLOAD_BYTES) and not _has_its_own_bound(
            request
        ):
            return errors.too_large(request)
        return get_response(request)

    return answer


def announces_more(request: HttpRequest, *, than: int) -> bool:
    """Return whether a request announces more than a file of `than` bytes and the rest of a
    form."""
    return int(request.META.get("CONTENT_LENGTH") or 0) > than + FORM_OVERHEAD_BYTES


def _has_its_own_bound(request: HttpRequest) -> bool:
    """Return whether the address has its own limit: the upload pages and the API accept zips and
    report oversized bodies themselves."""
    own = (reverse("gallery:upload"), reverse("api:api-root"))
    return request.path_info.startswith(own)
