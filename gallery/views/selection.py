"""Change, copy or download the selected pictures of any list, with one form.

The form names its list by its trail (gallery.views.trail). With all=1 it sends the number of
pictures shown: the server looks up the pictures again and refuses if their number differs. Only
pictures that the person may edit are changed; all that they see can be copied and downloaded. The
page shows the change in place; without JavaScript the list reloads at the position of the change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.validators import slug_re
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from gallery.browsing import Position, slice_at
from gallery.exceptions import LibraryProblem, SemblanceError
from gallery.hints import hint_workers
from gallery.http.change_sentences import describe_change
from gallery.http.numbers import is_number, numbers_of
from gallery.library.changes import Change
from gallery.library.copying import copy_images
from gallery.library.editing import caption_images, tag_images, untag_images
from gallery.library.moving import move_images
from gallery.library.trash import trash_images
from gallery.library.words import parse_tags
from gallery.models import Collection, Image
from gallery.models.image import ImageQuerySet
from gallery.search import SearchQuery, filter_images, good_matches, matching_images
from gallery.views.changed_lists import parts_of_list
from gallery.views.download import zip_response
from gallery.views.swap import changed_pictures, nothing_changed
from gallery.views.trail import BROWSE, SEARCH, Trail, image_url, trail_from
from gallery.views.undo import offer_undo

Action = Callable[[HttpRequest, ImageQuerySet, int], tuple[Change, str]]


@login_required
@require_POST
def change(request: HttpRequest) -> HttpResponseBase:
    """Move, copy, tag, caption, delete or download the selected pictures of a list."""
    origin = trail_from(request.POST.get("from", "")) or Trail(place=BROWSE, params="")
    trail = replace(origin, via=())
    name = request.POST.get("action", "")
    try:
        selected, expected = selected_images(request, trail)
        if name == "download":
            return zip_response(selected, expected=expected, name=trail.slug or "pictures")
        if name not in ACTIONS:
            raise LibraryProblem(_("Choose an action."), reason="action_missing")
        done, target = ACTIONS[name](request, selected, expected)
    except SemblanceError as problem:
        messages.error(request, problem.sentence)
        if request.htmx:  # type: ignore[attr-defined]
            return nothing_changed(request)
        return redirect(_picture_page(request, origin) or trail.list_url())
    changed = numbers_of(request.POST.getlist("ids")) if done.kind == "copy" else set(done.ids)
    first = Image.objects.filter(pk__in=changed).newest_first().first()
    first_pk = first.pk if first else None
    offer_undo(
        request,
        change=done,
        sentence=describe_change(done, target=target),
        back=_picture_page(request, origin) or trail.list_url(first_pk),
    )
    if request.htmx:  # type: ignore[attr-defined]
        return _in_place(request, trail)
    return redirect(_picture_page(request, origin) or _place_after(request, trail, first_pk))


def selected_images(request: HttpRequest, trail: Trail) -> tuple[ImageQuerySet, int]:
    """Return the selected pictures of a list, and how many were shown.

    Raises LibraryProblem if none is selected.
    """
    params: QueryDict = request.POST
    inside = Image.objects.visible_to(request.user)
    if trail.slug:
        inside = inside.filter(collection__slug=trail.slug)
    ids = numbers_of(params.getlist("ids"))
    if params.get("all") == "1":
        shown = params.get("expected", "")
        if not is_number(shown):
            raise LibraryProblem(_("Reload the page and select again."), reason="selection_changed")
        query = SearchQuery.from_params(QueryDict(trail.params))
        if trail.place != SEARCH or not query.has_wanted:
            return filter_images(inside, trail.filters), int(shown)
        # All good matches, and less likely ones selected besides.
        good = set(good_matches(query, viewer=request.user).good_ids)
        return inside.filter(pk__in=good | ids), int(shown) + len(ids - good)
    if not ids:
        raise LibraryProblem(_("Select at least one picture."), reason="nothing_selected")
    return inside.filter(pk__in=ids), len(ids)


def _in_place(request: HttpRequest, trail: Trail) -> HttpResponse:
    """Show the selected pictures as they are now; reload the page if the list is empty."""
    shown = parts_of_list(request, trail)
    if shown is None:
        return HttpResponseClientRedirect(trail.list_url())
    return changed_pictures(
        request,
        images=shown.images,
        ids=numbers_of(request.POST.getlist("ids")),
        hits=shown.hits,
        context=shown.context,
    )


def _picture_page(request: HttpRequest, origin: Trail) -> str:
    """Return the URL of the picture's page that sent the form; empty if it was sent from a list."""
    picture = request.POST.get("picture", "")
    if not is_number(picture):
        return ""
    trail = str(origin) if request.POST.get("from") else ""
    return image_url(int(picture), trail=trail)


def _place_after(request: HttpRequest, trail: Trail, first: int | None) -> str:
    """Return the URL of the list at the picture that has taken the place of the first one
    changed."""
    if trail.place == SEARCH:
        return trail.list_url(first)
    images = matching_images(trail.filters, viewer=request.user)
    nearest = slice_at(images, position=Position(at=first), viewer=request.user, size=1).at
    return trail.list_url(nearest)


def _target(request: HttpRequest) -> Collection:
    targets = Collection.objects.open_to_uploads_by(request.user)
    slug = request.POST.get("target", "")
    target = targets.filter(slug=slug).first() if slug_re.match(slug) else None
    if target is None:
        raise LibraryProblem(_("Choose a collection for the pictures."), reason="target_missing")
    return target


def _move(request: HttpRequest, images: ImageQuerySet, expected: int) -> tuple[Change, str]:
    target = _target(request)
    return move_images(images, to=target, by=request.user, expected=expected), target.name


def _copy(request: HttpRequest, images: ImageQuerySet, expected: int) -> tuple[Change, str]:
    target = _target(request)
    done = copy_images(images, to=target, by=request.user, expected=expected)
    hint_workers()  # a picture that has no vector yet is copied without one
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
    "copy": _copy,
    "tag": _tag,
    "untag": _untag,
    "caption": _caption,
    "trash": _trash,
}
