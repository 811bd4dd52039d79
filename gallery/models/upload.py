"""Upload batches: what people see after dropping files, one row per file."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.models.collection import Collection
from gallery.models.image import Image


class Fate(models.TextChoices):
    """The outcome of one file."""

    STORED = "stored", _("Stored")
    DUPLICATE = "duplicate", _("Duplicate")
    REFUSED = "refused", _("Refused")


class UploadBatchQuerySet(models.QuerySet["UploadBatch"]):
    """The read vocabulary of batches."""

    def newest_first(self) -> UploadBatchQuerySet:
        """Sort as the upload page does."""
        return self.order_by("-created_at")


class UploadBatch(models.Model):
    """Files that one person uploaded to one collection together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="upload_batches",
        verbose_name=_("uploaded by"),
    )
    collection = models.ForeignKey(
        Collection,
        on_delete=models.CASCADE,
        related_name="upload_batches",
        verbose_name=_("collection"),
    )
    created_at = models.DateTimeField(auto_now_add=True, verbose_name=_("uploaded"))

    objects = UploadBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")

    def __str__(self) -> str:
        return gettext("batch %(pk)s") % {"pk": self.pk}

    def get_absolute_url(self) -> str:
        """Return the batch's page."""
        return reverse("gallery:upload-batch", kwargs={"pk": self.pk})


class UploadItem(models.Model):
    """One file of a batch and its outcome. Whether it is searchable is read from its image's
    jobs."""

    batch = models.ForeignKey(
        UploadBatch, on_delete=models.CASCADE, related_name="items", verbose_name=_("upload")
    )
    name = models.CharField(max_length=255, verbose_name=_("file name"))
    size_bytes = models.PositiveBigIntegerField(default=0, verbose_name=_("size in bytes"))
    fate = models.CharField(max_length=10, choices=Fate.choices, verbose_name=_("result"))
    reason = models.CharField(max_length=40, blank=True, verbose_name=_("code"))
    sentence = models.CharField(max_length=500, blank=True, verbose_name=_("why"))
    image = models.ForeignKey(
        Image,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="upload_items",
        verbose_name=_("picture"),
    )
    created_at = models.DateTimeField(auto_now_add=True, verbose_name=_("uploaded"))

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.name}: {self.get_fate_display()}"
