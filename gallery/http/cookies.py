"""Drop cookies that could only come from an attacker. Named in the settings' middleware; depends on
nothing else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from gallery.http import GetResponse


def without_nul(get_response: GetResponse) -> GetResponse:
    """Middleware that drops cookies containing a NUL, as if they had not been sent.

    Quoted cookies can encode one, and PostgreSQL rejects such a session key: every page would fail,
    including the error pages.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        for name in [name for name, value in request.COOKIES.items() if "\x00" in value]:
            del request.COOKIES[name]
        return get_response(request)

    return answer
