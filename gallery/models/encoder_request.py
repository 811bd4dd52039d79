"""Encoders that administrators have requested and workers have yet to load."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A worker that downloads an encoder reports every few seconds. After this silence it counts as
# dead.
SILENT_AFTER = timedelta(minutes=1)


class EncoderRequestQuerySet(models.QuerySet["EncoderRequest"]):
    """The read vocabulary of requests for encoders."""

    def unfinished(self) -> Self:
        """Requests that have not failed. Successful ones are deleted."""
        return self.filter(failure="")

    def due(self) -> Self:
        """Requests that no worker is handling, or whose worker has stopped reporting."""
        silent_since = timezone.now() - SILENT_AFTER
        unheard = Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=silent_since)
        return self.unfinished().filter(unheard)


class EncoderRequest(models.Model):
    """A requested encoder that a worker has yet to download, load and add.

    It becomes an Encoder once it is loaded, because only then is it known to work.
    """

    key = models.CharField(max_length=300, unique=True, verbose_name=_("key"))
    failure = models.TextField(blank=True, verbose_name=_("problem"))
    downloaded_bytes = models.PositiveBigIntegerField(default=0, verbose_name=_("downloaded bytes"))
    heartbeat_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("When the worker last reported."),
        verbose_name=_("last report"),
    )
    created_at = models.DateTimeField(auto_now_add=True, verbose_name=_("requested"))

    objects = EncoderRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("requested encoder")
        verbose_name_plural = _("requested encoders")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.key
