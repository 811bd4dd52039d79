"""API endpoints for searching."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Query, Router
from ninja.errors import HttpError
from ninja.files import UploadedFile

from gallery.api.auth import anyone
from gallery.api.schemas import Problem, SearchAnswer, SearchParams
from gallery.api.shapes import search_answer
from gallery.http.throttle import seconds_to_wait
from gallery.search import SearchQuery, keep_query_image, run_search

router = Router(tags=["search"], auth=anyone)
PROBLEMS = {400: Problem, 401: Problem, 409: Problem, 422: Problem, 429: Problem, 503: Problem}


@router.get("/search", response={200: SearchAnswer, **PROBLEMS}, summary="Search")
def search(request: HttpRequest, params: Query[SearchParams]) -> SearchAnswer:
    """Finds pictures by words, by pictures of the library, by a picture sent before, or by a
    combination. With only filters it returns the newest matches. The parameters are the same as
    those of the search page."""
    _check_rate(request)
    query = SearchQuery.from_params(request.GET)
    page = run_search(query, viewer=request.user, page_size=params.limit)
    return search_answer(request, page, picture=query.picture)


@router.post(
    "/search/picture", response={200: SearchAnswer, **PROBLEMS}, summary="Search by picture"
)
def search_by_picture(
    request: HttpRequest, params: Query[SearchParams], picture: File[UploadedFile]
) -> SearchAnswer:
    """Searches with a picture that you send, which is kept for a day. The response's `picture` is
    its token: pass it to GET /search for the next page or another combination."""
    _check_rate(request)
    kept = keep_query_image(picture, owner=request.user)
    fields = request.GET.copy()
    fields["picture"] = kept.token
    query = SearchQuery.from_params(fields)
    page = run_search(query, viewer=request.user, page_size=params.limit)
    return search_answer(request, page, picture=kept.token)


def _check_rate(request: HttpRequest) -> None:
    wait_s = seconds_to_wait(request)
    if wait_s:
        raise HttpError(
            HTTPStatus.TOO_MANY_REQUESTS,
            _("Too many requests. Try again in %(wait_s)s seconds.") % {"wait_s": wait_s},
        )
