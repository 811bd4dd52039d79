"""Who belongs to a collection: adding, changing and removing members, by those who manage it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gallery.exceptions import SemblanceError
from gallery.forms import MemberForm
from gallery.library.members import add_member, remove_member
from gallery.models import Role
from gallery.views.collections import managed_collection


@login_required
@require_POST
def save(request: HttpRequest, *, slug: str) -> HttpResponse:
    """Gives a person a role; the same form changes the role of one who has one."""
    collection = managed_collection(request, slug)
    form = MemberForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Enter a user name and choose a role."))
        return redirect("gallery:collection-settings", slug=slug)
    try:
        membership = add_member(collection, by=request.user, **form.cleaned_data)
    except SemblanceError as problem:
        messages.error(request, problem.sentence)
    else:
        role = Role(membership.role).label.lower()
        messages.success(
            request,
            _("%(name)s is now a %(role)s.")
            % {"name": membership.person.get_username(), "role": role},
        )
    return redirect("gallery:collection-settings", slug=slug)


@login_required
@require_POST
def remove(request: HttpRequest, *, slug: str, pk: int) -> HttpResponse:
    """Ends a membership."""
    collection = managed_collection(request, slug)
    name = remove_member(collection, membership_id=pk, by=request.user)
    if name:
        messages.success(request, _("%(name)s was removed from this collection.") % {"name": name})
    return redirect("gallery:collection-settings", slug=slug)
