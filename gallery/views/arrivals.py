"""Show pictures that someone uploads from a collection page without leaving that page.

static/js/arrivals.js requests the tiles of the new pictures. The response also updates the parts of
the page that count pictures.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from gallery.browsing import for_tiles
from gallery.http.numbers import numbers_of
from gallery.models import Collection
from gallery.search import matching_images
from gallery.views.collections import filters_from, list_parts

# Maximum number of tiles in a response; the script requests the rest separately.
MAX_ARRIVALS = 60


@login_required
@require_GET
def arrivals(request: HttpRequest, *, slug: str) -> HttpResponse:
    """Render the tiles of these pictures (id=…) that match the filters, newest first."""
    editable = Collection.objects.open_to_uploads_by(request.user).select_related("owner")
    found = get_object_or_404(editable, slug=slug)
    filters = filters_from(request.GET, found)
    ids = numbers_of(request.GET.getlist("id")[:MAX_ARRIVALS])
    images = matching_images(filters, viewer=request.user).filter(pk__in=ids)
    context = {
        **list_parts(request, found, filters),
        "images": for_tiles(images.newest_first()) if ids else [],
        "parts": ["collections/_facts.html", "gallery/_selection.html"],
    }
    return render(request, "collections/_arrivals.html", context)
