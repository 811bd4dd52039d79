"""Filters for the admin's lists that plain fields cannot express."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.models import EmbeddingJob, Image
from gallery.vectors import has_active_vector

Lookups = list[tuple[str, str]]


def failed_for_good() -> Exists:
    """Return a condition that is true for pictures an encoder has given up on."""
    return Exists(EmbeddingJob.objects.quarantined().filter(image=OuterRef("pk")))


class PlaceFilter(SimpleListFilter):
    """Pictures in the library (the default), in the trash, or both."""

    title = gettext_lazy("location")
    parameter_name = "place"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Lookups:
        """Return the choices other than the default."""
        return [("trash", _("In the trash")), ("both", _("Both"))]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Yield the choices with the library as the first; Django would call the first one
        “All”."""
        first, *others = super().choices(changelist)
        yield {**first, "display": _("In the library")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Image]) -> QuerySet[Image]:
        """Return the rows of the selected choice."""
        if self.value() == "trash":
            return queryset.filter(deleted_at__isnull=False)
        if self.value() == "both":
            return queryset
        return queryset.filter(deleted_at__isnull=True)


class SearchableFilter(SimpleListFilter):
    """Whether the active encoder has embedded the picture."""

    title = gettext_lazy("search")
    parameter_name = "searchable"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Lookups:
        """Return the three states."""
        return [("yes", _("Searchable")), ("waiting", _("Waiting")), ("failed", _("Failed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Image]) -> QuerySet[Image]:
        """Return the rows of the selected choice."""
        if self.value() == "yes":
            return queryset.filter(has_active_vector())
        if self.value() == "waiting":
            return queryset.filter(~has_active_vector(), ~failed_for_good())
        if self.value() == "failed":
            return queryset.filter(failed_for_good())
        return queryset


class JobStateFilter(SimpleListFilter):
    """The state of a job: due, being worked on, waiting to retry, or quarantined."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Lookups:
        """Return the four states."""
        return [
            ("quarantined", _("Failed")),
            ("resting", _("Waiting to retry")),
            ("working", _("In progress")),
            ("due", _("Waiting")),
        ]

    def queryset(
        self,
        request: HttpRequest,
        queryset: QuerySet[EmbeddingJob],
    ) -> QuerySet[EmbeddingJob]:
        """Return the rows of the selected choice."""
        waiting = queryset.filter(quarantined_at__isnull=True)
        now = timezone.now()
        choices = {
            "quarantined": queryset.filter(quarantined_at__isnull=False),
            "resting": waiting.filter(claimed_at__isnull=True, next_try_at__gt=now),
            "working": waiting.filter(claimed_at__isnull=False),
            "due": waiting.filter(claimed_at__isnull=True, next_try_at__lte=now),
        }
        return choices.get(self.value() or "", queryset)
