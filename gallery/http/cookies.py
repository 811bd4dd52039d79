"""Cookies that no browser of ours sends. Named in the settings' middleware; uses nothing else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from gallery.http import GetResponse


def without_nul(get_response: GetResponse) -> GetResponse:
    """Middleware that drops cookies with a NUL in them, as if they had not been sent.

    Quoted cookies can spell one, and PostgreSQL refuses to look for such a session: every page
    would be an error, the error pages among them.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        for name in [name for name, value in request.COOKIES.items() if "\x00" in value]:
            del request.COOKIES[name]
        return get_response(request)

    return answer
