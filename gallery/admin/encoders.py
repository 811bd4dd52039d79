"""Encoders in the admin: how far each is, why it was chosen, and the switch between them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from gallery.admin.base import ReadOnlyAdmin, errors_as_messages
from gallery.embedding.lifecycle import activate_encoder, remove_encoder
from gallery.models import EmbeddingJob, Encoder, Image
from gallery.vectors import live_picture_count

# Of a problem in the list.
PROBLEM_CHARACTERS = 160


@admin.register(Encoder)
class EncoderAdmin(ReadOnlyAdmin[Encoder]):
    """The list of encoders. They are added on the command line: loading one takes minutes."""

    list_display = ("key", "state", "coverage", "waiting", "failed", "problem", "reason")
    list_display_links = ("key",)
    fields = (
        "key", "state", "coverage", "waiting", "failed", "failure", "failed_at", "dimension",
        "reason", "created_at", "activated_at",
    )  # fmt: skip
    actions = ("activate_selected", "remove_selected")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Encoder]:
        """Each with the number of live pictures, of those it has embedded, and of its jobs."""
        live = Image.objects.live().order_by().values(one=Coalesce(1, 1)).annotate(n=Count("pk"))
        jobs = EmbeddingJob.objects.filter(encoder=OuterRef("pk")).order_by()
        waiting = jobs.waiting().values("encoder").annotate(n=Count("pk"))
        failed = jobs.quarantined().values("encoder").annotate(n=Count("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                live_count=_number(live),
                vector_count=live_picture_count(),
                waiting_count=_number(waiting),
                failed_count=_number(failed),
            )
            .order_by(F("activated_at").desc(nulls_last=True), "pk")
        )

    @admin.display(description=_("Coverage"))
    def coverage(self, encoder: Encoder) -> SafeString:
        """A bar, and the numbers beside it."""
        done, total = getattr(encoder, "vector_count", 0), getattr(encoder, "live_count", 0)
        return format_html(
            '<progress class="coverage" max="{}" value="{}" aria-label="Coverage of {}"></progress>'
            " {} of {}",
            max(total, 1),
            done if total else 1,
            encoder.key,
            done,
            total,
        )

    @admin.display(description=_("Waiting"), ordering="waiting_count")
    def waiting(self, encoder: Encoder) -> SafeString | str:
        """Pictures it has yet to embed, linked to its queue."""
        return _queue_link(encoder, number=getattr(encoder, "waiting_count", 0), state="")

    @admin.display(description=_("Failed"), ordering="failed_count")
    def failed(self, encoder: Encoder) -> SafeString | str:
        """Pictures it could not embed, linked to the reasons."""
        return _queue_link(
            encoder, number=getattr(encoder, "failed_count", 0), state="&state=quarantined"
        )

    @admin.display(description=_("Problem"), ordering="failed_at")
    def problem(self, encoder: Encoder) -> str | None:
        """Why workers skip it at the moment; its own page shows all of it."""
        return Truncator(encoder.failure).chars(PROBLEM_CHARACTERS) or None

    @admin.action(description=_("Use for searches"), permissions=["operate"])
    def activate_selected(self, request: HttpRequest, queryset: QuerySet[Encoder]) -> None:
        """Switches searches to it; refused, with the reason, while pictures are missing."""
        encoder = self._only(request, queryset)
        if encoder is None:
            return
        with errors_as_messages(request):
            activate_encoder(encoder.key)
            self.message_user(request, f"Searches now use {encoder.key}.", messages.SUCCESS)

    @admin.action(description=_("Remove with all its vectors"), permissions=["operate"])
    def remove_selected(self, request: HttpRequest, queryset: QuerySet[Encoder]) -> None:
        """Drops it and its vectors; never the one in use."""
        encoder = self._only(request, queryset)
        if encoder is None:
            return
        with errors_as_messages(request):
            remove_encoder(encoder.key)
            self.message_user(request, f"{encoder.key} is removed.", messages.SUCCESS)

    def _only(self, request: HttpRequest, queryset: QuerySet[Encoder]) -> Encoder | None:
        chosen = list(queryset[:2])
        if len(chosen) == 1:
            return chosen[0]
        self.message_user(request, "Select one encoder.", messages.WARNING)
        return None


def _number(counts: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(counts.values("n"), output_field=IntegerField()), 0)


def _queue_link(encoder: Encoder, *, number: int, state: str) -> SafeString | str:
    if not number:
        return "0"
    address = reverse("admin:gallery_embeddingjob_changelist")
    return format_html(
        '<a href="{}?encoder__id__exact={}{}">{}</a>', address, encoder.pk, state, number
    )
