"""The trash: restore or permanently delete pictures of collections that the person may edit."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from gallery.browsing import for_tiles
from gallery.exceptions import LibraryProblem, SemblanceError
from gallery.http.change_sentences import describe_change, pictures
from gallery.http.numbers import is_number, numbers_of
from gallery.library.trash import purge_images, restore_images
from gallery.models import Image
from gallery.models.image import ImageQuerySet
from gallery.views.swap import changed_pictures, nothing_changed
from gallery.views.undo import offer_undo, undo_offer


@login_required
@require_GET
def trash(request: HttpRequest) -> HttpResponse:
    """Show the pictures in the trash, most recently deleted first."""
    images = _trashed(request).order_by("-deleted_at", "-pk")
    page = Paginator(for_tiles(images), settings.SEARCH_PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "images": page.object_list,
        "page_number": page.number,
        "total": page.paginator.count,
        "trash_days": settings.TRASH_DAYS,
        "undo": undo_offer(request),
    }
    return render(request, "trash/trash.html", context)


@login_required
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Restore or permanently delete the selected pictures, or all of them."""
    try:
        images, expected = _selected(request, request.POST)
        if request.POST.get("action") == "restore":
            done = restore_images(images, by=request.user, expected=expected)
            offer_undo(request, change=done, sentence=describe_change(done))
        elif request.POST.get("action") == "purge":
            count = purge_images(images, by=request.user, expected=expected)
            messages.success(
                request, _("%(pictures)s deleted permanently.") % {"pictures": pictures(count)}
            )
        else:
            raise LibraryProblem(_("Choose an action."), reason="action_missing")
    except SemblanceError as problem:
        messages.error(request, problem.sentence)
        if request.htmx:  # type: ignore[attr-defined]
            return nothing_changed(request)
    if request.htmx:  # type: ignore[attr-defined]
        return _in_place(request)
    return redirect(_page_url(request))


def _in_place(request: HttpRequest) -> HttpResponse:
    """Render the changed pictures, or reload the page if none is left on it."""
    total = _trashed(request).count()
    ids = numbers_of(request.POST.getlist("ids"))
    if not total or request.POST.get("all") == "1":
        return HttpResponseClientRedirect(_page_url(request))
    return changed_pictures(
        request,
        images=_trashed(request),
        ids=ids,
        context={
            "total": total,
            "trash_days": settings.TRASH_DAYS,
            "page_number": request.POST.get("page", ""),
            "tile_template": "trash/_tile.html",
            "parts": ["trash/_lede.html", "trash/_selection.html"],
        },
    )


def _page_url(request: HttpRequest) -> str:
    """Return the URL of the trash page that had the form, or of the last page if it is gone."""
    page, path = request.POST.get("page", ""), reverse("gallery:trash")
    return f"{path}?page={page}" if is_number(page) and page != "1" else path


def _trashed(request: HttpRequest) -> ImageQuerySet:
    return Image.objects.trashed().editable_by(request.user)


def _selected(request: HttpRequest, params: QueryDict) -> tuple[ImageQuerySet, int]:
    """Return the selected pictures, and how many were shown. Raises LibraryProblem."""
    if params.get("all") == "1":
        shown = params.get("expected", "")
        if not is_number(shown):
            raise LibraryProblem(_("Reload the page and select again."), reason="selection_changed")
        return _trashed(request), int(shown)
    ids = numbers_of(params.getlist("ids"))
    if not ids:
        raise LibraryProblem(_("Select at least one picture."), reason="nothing_selected")
    return _trashed(request).filter(pk__in=ids), len(ids)
