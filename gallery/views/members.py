"""Add, change and remove the members of a collection. For its managers."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gallery.exceptions import SemblanceError
from gallery.forms import MemberForm, add_problem
from gallery.library.members import add_member, remove_member
from gallery.models import Role
from gallery.views.collection_settings import managed_collection, settings_page


@login_required
@require_POST
def save(request: HttpRequest, *, slug: str) -> HttpResponse:
    """Add a person with a role, or change the role of a member. An error is shown beside its field,
    which keeps the typed name."""
    collection = managed_collection(request, slug)
    form = MemberForm(request.POST)
    if not form.is_valid():
        return settings_page(request, collection, member_form=form)
    try:
        membership = add_member(collection, by=request.user, **form.cleaned_data)
    except SemblanceError as problem:
        add_problem(problem, to=[form])
        return settings_page(request, collection, member_form=form)
    role = Role(membership.role).label.lower()
    messages.success(
        request,
        _("%(name)s is now a %(role)s.") % {"name": membership.person.get_username(), "role": role},
    )
    return redirect("gallery:collection-settings", slug=slug)


@login_required
@require_POST
def remove(request: HttpRequest, *, slug: str, pk: int) -> HttpResponse:
    """Remove a member."""
    collection = managed_collection(request, slug)
    name = remove_member(collection, membership_id=pk, by=request.user)
    if name:
        messages.success(request, _("%(name)s was removed from this collection.") % {"name": name})
    return redirect("gallery:collection-settings", slug=slug)
