"""Encoders that administrators have asked for and workers have yet to load."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A worker that downloads an encoder reports every few seconds; after this silence it is gone.
SILENT_AFTER = timedelta(minutes=1)


class EncoderRequestQuerySet(models.QuerySet["EncoderRequest"]):
    """The read vocabulary of requests for encoders."""

    def unfinished(self) -> Self:
        """Those that have not failed; one that succeeds is deleted."""
        return self.filter(failure="")

    def due(self) -> Self:
        """Those that no worker is working on, or whose worker has not been heard of for a while."""
        silent_since = timezone.now() - SILENT_AFTER
        unheard = Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=silent_since)
        return self.unfinished().filter(unheard)


class EncoderRequest(models.Model):
    """An encoder that somebody has asked for and a worker has yet to download, load and add.

    Becomes an Encoder once it is loaded, because only then is it known to work.
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
