"""Serve picture files: renditions by signed URL, originals by permission, query pictures by token.

All reads go through Django's storage API, so that the files can be stored in S3."""

from __future__ import annotations

from http import HTTPStatus

from django.core.files.storage import storages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponseNotFound,
    HttpResponseNotModified,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gallery import delivery
from gallery.models import RENDITION_WIDTHS, Image, QueryImage
from gallery.models.image import rendition_name

WEBP = "image/webp"
# A query picture never changes, so it can be cached; a cache miss looks up its row.
QUERY_PICTURE_CACHE_S = 3600
# How long browsers cache a larger copy that stands in for one not made yet.
STAND_IN_CACHE_S = 3600


@require_safe
def rendition(request: HttpRequest, *, signature: str, sha256: str, width: str) -> HttpResponseBase:
    """Send a WebP copy. The signature grants access, so thumbnails need no session or query."""
    grant = delivery.check(signature, sha256=sha256)
    if grant is None or int(width) not in RENDITION_WIDTHS or not delivery.is_in_force(grant):
        return _gone()
    max_age = grant.seconds_left()
    if request.headers.get("If-None-Match") == _etag(sha256, int(width)):
        response: HttpResponseBase = HttpResponseNotModified()
        response["ETag"] = _etag(sha256, int(width))
        is_wanted = True
    else:
        found = _smallest_copy(sha256, at_least=int(width))
        if found is None:
            return _gone()
        response, found_width = found
        response["ETag"] = _etag(sha256, found_width)
        is_wanted = found_width == int(width)
    patch_cache_control(
        response,
        max_age=max_age if is_wanted else min(max_age, STAND_IN_CACHE_S),
        **{"public" if grant.is_public else "private": True},
        **({"immutable": True} if is_wanted else {}),
    )
    return response


def _etag(sha256: str, width: int) -> str:
    return f'"{sha256[:32]}-{width}"'


def _smallest_copy(sha256: str, *, at_least: int) -> tuple[HttpResponseBase, int] | None:
    """Return the copy of this width, or the next larger one until gallery.ingest has made it."""
    for width in RENDITION_WIDTHS:
        if width >= at_least:
            response = _streamed("renditions", rendition_name(sha256, width=width))
            if response.status_code == HTTPStatus.OK:
                return response, width
    return None


@require_safe
def original(request: HttpRequest, *, pk: int) -> HttpResponseBase:
    """Send the original file as a download, after checking that this person may see it."""
    image = get_object_or_404(Image.objects.visible_to(request.user), pk=pk)
    try:
        file = image.original.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        file,
        as_attachment=True,
        filename=image.original_name,
        content_type=image.media_type,
    )
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_safe
def query_image_file(
    request: HttpRequest,  # noqa: ARG001
    *,
    token: str,
) -> HttpResponseBase:
    """Send a query picture to anyone who has its token."""
    kept = get_object_or_404(QueryImage.objects.current(), token=token)
    response = _streamed("queries", kept.file.name or "")
    if response.status_code == HTTPStatus.OK:
        patch_cache_control(response, private=True, max_age=QUERY_PICTURE_CACHE_S)
    return response


def _streamed(store: str, name: str) -> HttpResponseBase:
    try:
        file = storages[store].open(name, "rb")
    except FileNotFoundError:
        return _gone()
    return FileResponse(file, content_type=WEBP)


def _gone() -> HttpResponseNotFound:
    """Return a short 404 for an <img>; the full error page would need a session and a query."""
    return HttpResponseNotFound(_("Not found."), content_type="text/plain")
