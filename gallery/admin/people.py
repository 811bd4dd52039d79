"""People in the admin: Django's own pages for accounts, on our user model.

An account that owns pictures or collections is deleted together with handing them over.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import ManyToManyField, QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.admin.base import errors_as_messages
from gallery.admin.hand_over import (
    HandOverForm,
    HandOverQuestion,
    hand_over_and_say,
    hand_over_page,
    owns_anything,
)
from gallery.models import User
from gallery.models.people import sees_everything

# What makes an account powerful: only administrators give it.
POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


# Groups and permissions are boxes to tick: Django's two lists with arrows between them need a mouse
# and a wide screen.
NO_LISTS: tuple[str, ...] = ()

admin.site.unregister(Group)


@admin.register(Group)
class PeopleGroupAdmin(GroupAdmin):
    """Groups, which give several people the same rights."""

    filter_horizontal = NO_LISTS

    def formfield_for_manytomany(
        self,
        db_field: ManyToManyField[Any, Any],
        request: HttpRequest | None = None,
        **kwargs: Any,
    ) -> Any:
        """Permissions as boxes."""
        kwargs["widget"] = CheckboxSelectMultiple()
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    """The list of accounts and the page of one."""

    filter_horizontal = NO_LISTS
    date_hierarchy = "date_joined"
    actions = ("hand_over_selected",)

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Groups and permissions as boxes."""
        kwargs["widget"] = CheckboxSelectMultiple()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Staff manage accounts, but give nobody more rights, themselves included."""
        fields = (*super().get_readonly_fields(request, obj), "last_login", "date_joined")
        return fields if sees_everything(request.user) else (*fields, *POWERS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only administrators change an administrator's account: a new password is the key."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only administrators delete an administrator's account."""
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def has_hand_over_permission(self, request: HttpRequest) -> bool:
        """Handing over is for administrators."""
        return sees_everything(request.user)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Asks who gets the pictures and collections, then deletes the account; Django's own page
        for somebody who owns nothing."""
        person = self.get_object(request, unquote(object_id))
        may_hand_over = sees_everything(request.user) and person is not None
        if person is None or not may_hand_over or not owns_anything(person):
            return super().delete_view(request, object_id, extra_context)
        form = HandOverForm(request.POST or None, people=[person])
        if form.is_valid():
            name = person.get_username()
            with errors_as_messages(request), transaction.atomic():
                hand_over_and_say(request, person, to=form.cleaned_data["recipient"])
                self.log_deletions(request, User.objects.filter(pk=person.pk))
                person.delete()
                self.message_user(request, _("The account %(name)s was deleted.") % {"name": name})
            return redirect("admin:gallery_user_changelist")
        question = HandOverQuestion(
            title=_("Delete the account %(name)s") % {"name": person.get_username()},
            button=_("Hand over and delete the account"),
        )
        return hand_over_page(self, request=request, people=[person], form=form, question=question)

    @admin.action(
        description=gettext_lazy("Hand over pictures and collections…"), permissions=["hand_over"]
    )
    def hand_over_selected(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> HttpResponse | None:
        """Asks who gets everything of the selected people; their accounts stay."""
        people = list(queryset)
        form = HandOverForm(request.POST if "confirmed" in request.POST else None, people=people)
        if form.is_valid():
            with errors_as_messages(request), transaction.atomic():
                for person in people:
                    hand_over_and_say(request, person, to=form.cleaned_data["recipient"])
            return None
        question = HandOverQuestion(
            title=_("Hand over pictures and collections"),
            button=_("Hand over"),
            action="hand_over_selected",
        )
        return hand_over_page(self, request=request, people=people, form=form, question=question)


def _may_touch(request: HttpRequest, person: User | None) -> bool:
    return person is None or not person.is_superuser or sees_everything(request.user)
