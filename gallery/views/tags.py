"""Complete tags while people type them (static/js/tags.js)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gallery.browsing import complete_tag


@never_cache
@login_required
@require_safe
def tags(request: HttpRequest) -> JsonResponse:
    """Return the tags that begin with ?q=, among those of pictures that this person may see."""
    return JsonResponse({"tags": complete_tag(request.GET.get("q", ""), viewer=request.user)})
