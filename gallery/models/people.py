"""User accounts, and the type of viewers that permissions are decided for."""

from __future__ import annotations

from typing import ClassVar

from asgiref.sync import sync_to_async
from django.contrib.auth.models import AbstractBaseUser, AbstractUser, AnonymousUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# A signed-in person, an anonymous visitor, or None (also an anonymous visitor).
Viewer = AbstractBaseUser | AnonymousUser | None

NAME_TAKEN = _("A person with that user name already exists.")


class PersonManager(UserManager["User"]):
    """Finds people by user name in any case."""

    use_in_migrations = False

    def named(self, username: str) -> User | None:
        """Return the person with a user name, or None.

        Case does not matter, except for accounts of the first release whose names differ only by
        case: they need the exact name.
        """
        wanted = self.model.normalize_username(username.strip())
        matches = self.alias(folded=Lower("username")).filter(folded=Lower(Value(wanted)))
        people = list(matches)
        exact = [person for person in people if person.username == wanted]
        return (exact or people)[0] if exact or len(people) == 1 else None

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the person with a user name. Raise User.DoesNotExist."""
        person = self.named(username or "")
        if person is None:
            raise self.model.DoesNotExist(
                gettext("No account is named %(username)s.") % {"username": repr(username)}
            )
        return person

    async def aget_by_natural_key(self, username: str | None) -> User:
        """Return the same, for asynchronous callers."""
        return await sync_to_async(self.get_by_natural_key)(username)


class User(AbstractUser):
    """A person with an account. Uses the table of Django's own user model, as the first release
    did."""

    # The table's key has been a 32-bit integer since the first release. Changing it would rewrite
    # every picture.
    id = models.AutoField(auto_created=True, primary_key=True, verbose_name="ID")
    shares_name = models.BooleanField(
        default=False,
        editable=False,
        help_text=_(
            "The first release allowed this name beside an older account with the same name in "
            "another case."
        ),
    )

    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        db_table = "auth_user"
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("username"),
                condition=Q(shares_name=False),
                name="user_name_once",
                violation_error_message=NAME_TAKEN,
            ),
        ]

    def clean(self) -> None:
        """Check that no other account has the name, in any case. Raise ValidationError."""
        super().clean()
        others = User.objects.exclude(pk=self.pk).filter(username__iexact=self.username)
        is_kept = User.objects.filter(pk=self.pk, username=self.username).exists()
        if not is_kept and others.exists():
            raise ValidationError({"username": NAME_TAKEN})


def sees_everything(viewer: Viewer) -> bool:
    """Administrators (superusers) see and manage every collection."""
    return bool(getattr(viewer, "is_active", False) and getattr(viewer, "is_superuser", False))


def person_id(viewer: Viewer) -> int | None:
    """Return the primary key of a signed-in, active person, else None."""
    if viewer is None or not viewer.is_authenticated or not getattr(viewer, "is_active", False):
        return None
    return int(viewer.pk)
