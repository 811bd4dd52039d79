"""How much a request may bring: a middleware, and what those with a bound of their own ask."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from gallery.http import GetResponse, errors
from gallery.http.numbers import is_number

# Room for the other fields of a form beside its file.
FORM_OVERHEAD_BYTES = 1024 * 1024


def bounded(get_response: GetResponse) -> GetResponse:
    """Middleware that looks at the announced size before anything reads the body.

    Whoever reads a form stores its files on disk first, and the check of the form's token reads
    it: without a bound anybody could fill the disk through any address that takes a form.
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
    """Whether a request says that it brings more than a file of `than` bytes and a form's rest."""
    return int(request.META.get("CONTENT_LENGTH") or 0) > than + FORM_OVERHEAD_BYTES


def _has_its_own_bound(request: HttpRequest) -> bool:
    """The upload pages and the API take zips too, and say in their own way what is too large."""
    own = (reverse("gallery:upload"), reverse("api:api-root"))
    return request.path_info.startswith(own)
