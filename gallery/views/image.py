"""The page of a picture: its details, its neighbours in the list, and the form to edit it."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from gallery.exceptions import LibraryProblem, NotAllowed
from gallery.http import errors
from gallery.http.change_sentences import describe_change
from gallery.http.throttle import limited
from gallery.library.editing import edit_image
from gallery.library.trash import restore_images, trash_images
from gallery.library.words import parse_tags
from gallery.models import RENDITION_WIDTHS, Image
from gallery.models.image import ImageQuerySet
from gallery.views.selecting import targets_for
from gallery.views.trail import BROWSE, Step, Trail, image_url, similar_to, trail_from
from gallery.views.undo import offer_undo, undo_offer

# Pixels. A picture smaller than this on both sides is not enlarged to fill the window.
SMALL_SIDE = 400
# Only some browsers can display HEIC and TIFF.
SHOWN_BY_BROWSERS = {
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "image/avif",
    "image/bmp",
}
NEWEST = Trail(place=BROWSE, params="")


@require_safe
@limited
def image(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Show the page. A picture that the person may not see is a 404, as if it did not exist. One in
    the trash offers Restore to those who may restore it."""
    trail = _trail_of(request, request.GET)
    found = _visible(request).filter(pk=pk).first()
    if found is None:
        trashed = get_object_or_404(_trashed(request), pk=pk)
        return render(request, "gallery/image_trashed.html", _trash_page(trashed, trail=trail))
    before, after = (trail or NEWEST).neighbours(found, viewer=request.user)
    context = {
        **_details(request, found, trail=trail),
        "before": _step_url(before),
        "after": _step_url(after),
        "is_editing": "edit" in request.GET,
        "undo": undo_offer(request),
    }
    return render(request, "gallery/image.html", context)


@require_safe
@limited
def similar(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Render the strip of similar pictures, which the page requests after it has loaded."""
    found = get_object_or_404(_visible(request), pk=pk)
    trail = _trail_of(request, request.GET) or NEWEST
    hits = similar_to(found, viewer=request.user)
    context = {
        "hits": hits,
        "trail": str(trail.to_similar_of(found)),
        "is_waiting": not hits and not Image.objects.filter(pk=pk).searchable().exists(),
    }
    return render(request, "gallery/_similar.html", context)


@login_required
@require_POST
def edit(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Save title, caption and tags. Responds with the details for htmx, otherwise with the page."""
    found = _editable_or_none(request, pk=pk)
    if found is None:
        return errors.forbidden(
            request, NotAllowed(_("You can view this picture but not edit it."))
        )
    trail = _trail_of(request, request.POST)
    values = {name: request.POST.get(name, "") for name in ("title", "caption", "tags")}
    try:
        edit_image(
            found,
            by=request.user,
            title=values["title"],
            caption=values["caption"],
            tags=parse_tags(values["tags"]),
        )
    except LibraryProblem as problem:
        found.refresh_from_db(fields=["title", "caption", "tags"])
        return _edit_again(request, found, trail=trail, values=values, problem=problem)
    if not request.htmx:  # type: ignore[attr-defined]
        return HttpResponseRedirect(image_url(found.pk, trail=str(trail or "")))
    response = render(request, "gallery/_image_details.html", _details(request, found, trail=trail))
    patch_vary_headers(response, ["HX-Request"])
    return response


@login_required
@require_POST
def trash(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Move the picture to the trash and offer Undo on the next picture of the list, or on the
    previous one at its end, or on the list itself."""
    found = _editable_or_none(request, pk=pk)
    if found is None:
        return errors.forbidden(
            request, NotAllowed(_("You can view this picture but not delete it."))
        )
    trail = _trail_of(request, request.POST)
    before, after = (trail or NEWEST).neighbours(found, viewer=request.user)
    change = trash_images(Image.objects.filter(pk=pk), by=request.user)
    offer_undo(
        request,
        change=change,
        sentence=describe_change(change),
        back=image_url(found.pk, trail=str(trail or "")),
    )
    step = after or before
    if step is not None:
        return HttpResponseRedirect(_step_url(step))
    return HttpResponseRedirect((trail or NEWEST).back_from(None).url)


@login_required
@require_POST
def restore(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Restore the picture from the trash and show it."""
    found = get_object_or_404(_trashed(request), pk=pk)
    address = image_url(found.pk, trail=str(_trail_of(request, request.POST) or ""))
    change = restore_images(Image.objects.filter(pk=pk), by=request.user)
    offer_undo(request, change=change, sentence=describe_change(change), back=address)
    return HttpResponseRedirect(address)


def _trail_of(request: HttpRequest, params: QueryDict) -> Trail | None:
    """Return the trail of a URL or form, without pictures that this person may not see."""
    trail = trail_from(params.get("from", ""))
    return trail.seen_by(request.user) if trail else None


def _visible(request: HttpRequest) -> ImageQuerySet:
    return Image.objects.visible_to(request.user).select_related("collection", "collection__owner")


def _trashed(request: HttpRequest) -> ImageQuerySet:
    trashed = Image.objects.trashed().editable_by(request.user)
    return trashed.select_related("collection", "collection__owner")


def _trash_page(found: Image, *, trail: Trail | None) -> dict[str, Any]:
    return {
        "image": found,
        "trail": str(trail or ""),
        "back": (trail or NEWEST).back_from(None),
        "trash_days": settings.TRASH_DAYS,
    }


def _editable_or_none(request: HttpRequest, *, pk: int) -> Image | None:
    """Return the picture if this person may edit it; 404 if they may not see it."""
    found = get_object_or_404(_visible(request), pk=pk)
    return found if _can_edit(request, found) else None


def _can_edit(request: HttpRequest, found: Image) -> bool:
    return Image.objects.editable_by(request.user).filter(pk=found.pk).exists()


def _edit_again(
    request: HttpRequest,
    found: Image,
    *,
    trail: Trail | None,
    values: dict[str, str],
    problem: LibraryProblem,
) -> HttpResponse:
    """Render the form with the submitted values and its errors."""
    context = _details(request, found, trail=trail)
    context |= {"form_values": values, "problem": problem.sentence, "is_editing": True}
    if request.htmx:  # type: ignore[attr-defined]
        # htmx only swaps responses with a 2xx status.
        return render(request, "gallery/_image_details.html", context)
    return render(request, "gallery/image.html", context, status=HTTPStatus.BAD_REQUEST)


def _details(request: HttpRequest, found: Image, *, trail: Trail | None) -> dict[str, Any]:
    return {
        "image": found,
        "is_small": max(found.width, found.height) < SMALL_SIDE,
        "zoom_original": _zoom_original(found),
        "facts": list(_facts(found)),
        "audience": _audience(found),
        "can_edit": request.user.is_authenticated and _can_edit(request, found),
        "page_url": image_url(found.pk, trail=str(trail or "")),
        "targets": targets_for(request.user).exclude(pk=found.collection_id),
        "form_values": {
            "title": found.title,
            "caption": found.caption,
            "tags": ", ".join(found.tags),
        },
        "trail": str(trail or ""),
        "back": (trail or NEWEST).back_from(found),
    }


def _zoom_original(found: Image) -> str:
    """Return the URL of the original if it has more pixels than the largest copy and browsers can
    display it, else an empty string."""
    if found.width <= max(RENDITION_WIDTHS) or found.media_type not in SHOWN_BY_BROWSERS:
        return ""
    return reverse("gallery:image-download", kwargs={"pk": found.pk})


def _facts(found: Image) -> Iterator[tuple[str, str]]:
    """Return the names and values of the details to show, in display order."""
    if found.taken_at:
        yield _("Taken"), date_format(localtime(found.taken_at), "j F Y, H:i")
    yield _("Added"), date_format(localtime(found.created_at), "j F Y")
    yield _("Size"), f"{found.width:,} × {found.height:,}, {filesizeformat(found.size_bytes)}"
    yield _("File"), found.original_name
    if found.camera:
        yield _("Camera"), found.camera
    if found.exif.get("lens"):
        yield _("Lens"), str(found.exif["lens"])
    exposure = ", ".join(_exposure(found.exif))
    if exposure:
        yield _("Exposure"), exposure


def _exposure(exif: dict[str, Any]) -> Iterator[str]:
    """Format the exposure as photographers write it: 1/250 s, f/2.8, ISO 100, 50 mm."""
    if seconds := exif.get("exposure_s"):
        yield f"{seconds:g} s" if seconds >= 0.4 else f"1/{round(1 / seconds)} s"
    if f_number := exif.get("f_number"):
        yield f"f/{f_number:g}"
    if iso := exif.get("iso"):
        yield _("ISO %(iso)s") % {"iso": f"{iso:g}"}
    if length := exif.get("focal_length_mm"):
        yield f"{length:g} mm"


def _audience(found: Image) -> str:
    if found.collection.is_public:
        return _("Anyone who can open this site")
    members = found.collection.memberships.count()
    owner = found.collection.owner.get_username()
    if not members:
        return _("%(owner)s and administrators") % {"owner": owner}
    return ngettext(
        "%(owner)s, %(members)s member and administrators",
        "%(owner)s, %(members)s members and administrators",
        members,
    ) % {"owner": owner, "members": members}


def _step_url(step: Step | None) -> str:
    return image_url(step.pk, trail=step.trail) if step else ""
