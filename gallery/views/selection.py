"""Change the selected pictures, or all that match the filters, with one form.

With all=1 the form sends the filters and the number of pictures shown. The server looks up the
pictures again and refuses the change if their number differs. The page shows the change in place;
without JavaScript the list reloads at the position of the change.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.validators import slug_re
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from gallery.browsing import Position, slice_at
from gallery.exceptions import LibraryProblem, SemblanceError
from gallery.http.change_sentences import describe_change
from gallery.http.numbers import is_number, numbers_of
from gallery.library.changes import Change
from gallery.library.editing import caption_images, tag_images, untag_images
from gallery.library.moving import move_images
from gallery.library.trash import trash_images
from gallery.library.words import parse_tags
from gallery.models import Collection, Image
from gallery.models.image import ImageQuerySet
from gallery.search import Filters, filter_images, matching_images
from gallery.views.collections import (
    filters_from,
    list_parts,
    list_url,
    tile_context,
    visible_collection,
)
from gallery.views.swap import changed_pictures, nothing_changed
from gallery.views.undo import offer_undo

Action = Callable[[HttpRequest, ImageQuerySet, int], tuple[Change, str]]


@login_required
@require_POST
def change(request: HttpRequest, *, slug: str) -> HttpResponse:
    """Move, tag, caption or delete the selected pictures of a collection."""
    editable = Collection.objects.open_to_uploads_by(request.user)
    found = get_object_or_404(editable, pk=visible_collection(request, slug).pk)
    filters = filters_from(request.POST, found)
    images = matching_images(filters, viewer=request.user)
    action = ACTIONS.get(request.POST.get("action", ""))
    try:
        if action is None:
            raise LibraryProblem(_("Choose an action."), reason="action_missing")
        selected, expected = selected_images(request.POST, found)
        done, target = action(request, selected, expected)
    except SemblanceError as problem:
        messages.error(request, problem.sentence)
        if request.htmx:  # type: ignore[attr-defined]
            return nothing_changed(request)
        return redirect(list_url(found, filters))
    first = Image.objects.filter(pk__in=done.ids).newest_first().first()
    offer_undo(
        request,
        change=done,
        sentence=describe_change(done, target=target),
        back=list_url(found, filters, at=first.pk if first else None),
    )
    if request.htmx:  # type: ignore[attr-defined]
        return _in_place(request, found, filters)
    place = Position(at=first.pk if first else None)
    nearest = slice_at(images, position=place, viewer=request.user, size=1).at
    return redirect(list_url(found, filters, at=nearest))


def _in_place(request: HttpRequest, found: Collection, filters: Filters) -> HttpResponse:
    """Render the changed pictures, or reload the page if none is left in the list."""
    parts = list_parts(request, found, filters)
    if not parts["coverage"].pictures:
        return HttpResponseClientRedirect(list_url(found, filters))
    return changed_pictures(
        request,
        images=matching_images(filters, viewer=request.user),
        ids=numbers_of(request.POST.getlist("ids")),
        context={
            **parts,
            **tile_context(request, found, filters),
            "parts": ["collections/_facts.html", "collections/_selection.html"],
        },
    )


def selected_images(params: QueryDict, found: Collection) -> tuple[ImageQuerySet, int]:
    """Return the selected live pictures of a collection, and how many were shown.

    Raises LibraryProblem if none is selected.
    """
    inside = Image.objects.live().filter(collection=found)
    if params.get("all") == "1":
        shown = params.get("expected", "")
        if not is_number(shown):
            raise LibraryProblem(_("Reload the page and select again."), reason="selection_changed")
        return filter_images(inside, filters_from(params, found)), int(shown)
    ids = numbers_of(params.getlist("ids"))
    if not ids:
        raise LibraryProblem(_("Select at least one picture."), reason="nothing_selected")
    return inside.filter(pk__in=ids), len(ids)


def _move(request: HttpRequest, images: ImageQuerySet, expected: int) -> tuple[Change, str]:
    targets = Collection.objects.open_to_uploads_by(request.user)
    slug = request.POST.get("target", "")
    target = targets.filter(slug=slug).first() if slug_re.match(slug) else None
    if target is None:
        raise LibraryProblem(
            _("Choose a collection to move the pictures to."), reason="target_missing"
        )
    done = move_images(images, to=target, by=request.user, expected=expected)
    return done, target.name


def _tag(request: HttpRequest, images: ImageQuerySet, expected: int) -> tuple[Change, str]:
    tags = parse_tags(request.POST.get("tags", ""))
    return tag_images(images, by=request.user, tags=tags, expected=expected), ""


def _untag(request: HttpRequest, images: ImageQuerySet, expected: int) -> tuple[Change, str]:
    tags = parse_tags(request.POST.get("tags", ""))
    return untag_images(images, by=request.user, tags=tags, expected=expected), ""


def _caption(request: HttpRequest, images: ImageQuerySet, expected: int) -> tuple[Change, str]:
    done = caption_images(
        images,
        by=request.user,
        caption=request.POST.get("caption", ""),
        replace=request.POST.get("replace") == "1",
        expected=expected,
    )
    return done, ""


def _trash(request: HttpRequest, images: ImageQuerySet, expected: int) -> tuple[Change, str]:
    return trash_images(images, by=request.user, expected=expected), ""


ACTIONS: dict[str, Action] = {
    "move": _move,
    "tag": _tag,
    "untag": _untag,
    "caption": _caption,
    "trash": _trash,
}
