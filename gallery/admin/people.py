"""People in the admin: Django's own account pages, for our user model.

Deleting an account that owns pictures or collections hands them over in the same step.
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

from gallery.admin.base import PlainListTitle, errors_as_messages
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


# Groups and permissions are checkboxes: Django's two lists with arrows need a mouse and a wide
# screen.
NO_LISTS: tuple[str, ...] = ()

admin.site.unregister(Group)


@admin.register(Group)
class PeopleGroupAdmin(PlainListTitle[Group], GroupAdmin):
    """Groups, which give several people the same permissions."""

    filter_horizontal = NO_LISTS

    def formfield_for_manytomany(
        self,
        db_field: ManyToManyField[Any, Any],
        request: HttpRequest | None = None,
        **kwargs: Any,
    ) -> Any:
        """Show permissions as checkboxes."""
        kwargs["widget"] = CheckboxSelectMultiple()
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(User)
class PersonAdmin(PlainListTitle[User], UserAdmin[User]):
    """The list of accounts and the page of one account."""

    filter_horizontal = NO_LISTS
    date_hierarchy = "date_joined"
    actions = ("hand_over_selected",)

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Show groups and permissions as checkboxes."""
        kwargs["widget"] = CheckboxSelectMultiple()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Let staff manage accounts without granting permissions to anyone, including
        themselves."""
        fields = (*super().get_readonly_fields(request, obj), "last_login", "date_joined")
        return fields if sees_everything(request.user) else (*fields, *POWERS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Let only administrators change an administrator's account: a new password would take it
        over."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Let only administrators delete an administrator's account."""
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def has_hand_over_permission(self, request: HttpRequest) -> bool:
        """Return whether the person may hand over belongings; only administrators may."""
        return sees_everything(request.user)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask who gets the pictures and collections, then delete the account. People who own
        nothing get Django's own page."""
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
        """Ask who gets everything that the selected people own; their accounts stay."""
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
