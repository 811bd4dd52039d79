"""People in the admin: Django's own pages for accounts, on our user model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from gallery.models import User

if TYPE_CHECKING:
    _UserAdmin = UserAdmin[User]
else:  # Django's own class takes no type argument at run time
    _UserAdmin = UserAdmin


@admin.register(User)
class PersonAdmin(_UserAdmin):
    """The list of accounts and the page of one."""

    date_hierarchy = "date_joined"
