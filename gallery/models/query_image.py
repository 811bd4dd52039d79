"""Query pictures, kept for a day so that the address of a result can be shared."""

from __future__ import annotations

import secrets
from typing import ClassVar, Self

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


def new_token() -> str:
    """Return an unguessable name, 128 bits."""
    return secrets.token_urlsafe(16)


def queries_storage() -> Storage:
    """Return the store of query pictures."""
    return storages["queries"]


class QueryImageQuerySet(models.QuerySet["QueryImage"]):
    """The read vocabulary of query pictures."""

    def current(self) -> Self:
        """Query pictures that have not expired."""
        return self.filter(expires_at__gt=timezone.now())

    def expired(self) -> Self:
        """Query pictures to purge."""
        return self.filter(expires_at__lte=timezone.now())


class QueryImage(models.Model):
    """A picture that someone searched with. Anyone who has its token may see it until it
    expires."""

    token = models.CharField(max_length=32, unique=True, default=new_token, verbose_name=_("token"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    part_of = models.ForeignKey(
        "gallery.Image",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("part of"),
    )
    file = models.FileField(storage=queries_storage, max_length=120, verbose_name=_("file"))
    width = models.PositiveIntegerField(verbose_name=_("width"))
    height = models.PositiveIntegerField(verbose_name=_("height"))
    created_at = models.DateTimeField(auto_now_add=True, verbose_name=_("added"))
    expires_at = models.DateTimeField(verbose_name=_("expires"))

    objects = QueryImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture searched with")
        verbose_name_plural = _("pictures searched with")
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="query_image_expires")]

    def __str__(self) -> str:
        return gettext("query picture %(token)s…") % {"token": self.token[:6]}
