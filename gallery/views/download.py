"""Several originals in one zip, streamed: nothing is kept in memory or on disk."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Sum
from django.http import StreamingHttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from gallery.browsing import stream_zip
from gallery.exceptions import LibraryProblem
from gallery.library.picking import check_expected
from gallery.models.image import ImageQuerySet


def zip_response(images: ImageQuerySet, *, expected: int, name: str) -> StreamingHttpResponse:
    """Return the originals of pictures that the person may see, as <name>.zip.

    Raise LibraryProblem if the selection changed or is too large.
    """
    count = images.count()
    check_expected(count, expected=expected)
    size = images.aggregate(size=Sum("size_bytes"))["size"] or 0
    if count > settings.MAX_DOWNLOAD_PICTURES or size > settings.MAX_DOWNLOAD_BYTES:
        raise LibraryProblem(
            _(
                "A zip can hold up to %(pictures)s pictures and %(bytes)s. You selected "
                "%(count)s pictures with %(size)s. Select fewer, and download the rest afterwards."
            )
            % {
                "pictures": f"{settings.MAX_DOWNLOAD_PICTURES:,}",
                "bytes": filesizeformat(settings.MAX_DOWNLOAD_BYTES),
                "count": f"{count:,}",
                "size": filesizeformat(size),
            },
            reason="download_too_large",
        )
    response = StreamingHttpResponse(
        stream_zip(images.newest_first()),
        content_type="application/zip",
        headers={"Content-Disposition": content_disposition_header(True, f"{name}.zip")},
    )
    patch_cache_control(response, private=True, no_store=True)
    return response
