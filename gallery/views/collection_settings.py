"""The settings of a collection: name, visibility, cover and members, and deleting it.

People who do not manage the collection get a 404. Publishing pictures takes a second step that
shows how many become visible to anyone.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gallery.browsing import newly_public_count
from gallery.exceptions import SemblanceError
from gallery.forms import COVER_CHOICES, CollectionForm, CoverForm, MemberForm, add_problem
from gallery.library.collections import delete_collection, update_collection
from gallery.models import Collection, Image


@login_required
@require_http_methods(["GET", "POST"])
def collection_settings(request: HttpRequest, *, slug: str) -> HttpResponse:
    """Show the settings, and save the form."""
    found = managed_collection(request, slug)
    form = CollectionForm(request.POST or None, instance=found)
    cover_form = _cover_form(request, found)
    if request.method != "POST" or not (form.is_valid() and cover_form.is_valid()):
        return settings_page(request, found, form=form, cover_form=cover_form)
    count = newly_public_count(found, visibility=found.visibility)
    if count and request.POST.get("publish") != str(count):
        return _confirm_publishing(request, found, form=form, count=count)
    try:
        update_collection(found, by=request.user, **form.cleaned_data, **cover_form.cleaned_data)
    except SemblanceError as problem:
        add_problem(problem, to=[form, cover_form])
        return settings_page(request, found, form=form, cover_form=cover_form)
    messages.success(request, _("Saved."))
    return redirect("gallery:collection-settings", slug=found.slug)


@login_required
@require_POST
def delete(request: HttpRequest, *, slug: str) -> HttpResponse:
    """Delete an empty collection."""
    found = managed_collection(request, slug)
    try:
        delete_collection(found, by=request.user)
    except SemblanceError as problem:
        messages.error(request, problem.sentence)
        return redirect("gallery:collection-settings", slug=found.slug)
    messages.success(request, _("%(name)s was deleted.") % {"name": found.name})
    return redirect("gallery:collections")


def settings_page(
    request: HttpRequest,
    found: Collection,
    *,
    form: CollectionForm | None = None,
    cover_form: CoverForm | None = None,
    member_form: MemberForm | None = None,
) -> HttpResponse:
    """Render the settings with the forms as they were filled in; 422 if one was rejected."""
    # The heading shows the stored name, not the rejected one from the form.
    stored = Collection.objects.select_related("owner").get(pk=found.pk)
    newest = Image.objects.live().filter(collection=found).newest_first()
    given = [each for each in (form, cover_form, member_form) if each is not None]
    context: dict[str, Any] = {
        "collection": stored,
        "form": form or CollectionForm(instance=stored),
        "cover_form": cover_form or CoverForm(images=newest, initial={"cover": stored.cover_id}),
        "covers": _cover_choices(newest, stored),
        "member_form": member_form or MemberForm(),
        "members": stored.memberships.select_related("person").order_by("person__username"),
        "picture_count": newest.count(),
        "trash_count": Image.objects.trashed().filter(collection=found).count(),
    }
    is_refused = any(each.is_bound for each in given)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    return render(request, "collections/settings.html", context, status=status)


def managed_collection(request: HttpRequest, slug: str) -> Collection:
    """Return the collection with this slug; 404 if the person does not manage it."""
    return get_object_or_404(Collection.objects.managed_by(request.user), slug=slug)


def _confirm_publishing(
    request: HttpRequest, found: Collection, *, form: CollectionForm, count: int
) -> HttpResponse:
    """Show how many pictures will become visible to anyone, and pass the whole form to the second
    step."""
    fields = [(name, request.POST.get(name, "")) for name in (*form.fields, "cover")]
    context = {
        "collection": Collection.objects.get(pk=found.pk),
        "count": count,
        "fields": [*fields, ("publish", str(count))],
    }
    return render(request, "collections/publish.html", context)


def _cover_form(request: HttpRequest, found: Collection) -> CoverForm:
    return CoverForm(
        request.POST or None,
        images=Image.objects.live().filter(collection=found),
        initial={"cover": found.cover_id},
    )


def _cover_choices(newest: QuerySet[Image], found: Collection) -> list[Image]:
    """Return the newest pictures, and the chosen one if it is older."""
    choices = list(newest.defer("exif", "search_document")[:COVER_CHOICES])
    if found.cover_id and all(one.pk != found.cover_id for one in choices):
        choices = [*newest.filter(pk=found.cover_id), *choices]
    for one in choices:
        one.collection = found
    return choices
