"""Encoders in the admin: the progress of each and why it was chosen. The pages that change them are
in encoder_pages.py."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.admin.base import ReadOnlyAdmin
from gallery.admin.encoder_pages import encoder_urls, encoders_page, request_page
from gallery.models import EmbeddingJob, Encoder, Image
from gallery.vectors import live_picture_count


@admin.register(Encoder)
class EncoderAdmin(ReadOnlyAdmin[Encoder]):
    """The list of encoders as cards, and the page of one encoder."""

    fields = (
        "key", "state", "coverage", "waiting", "failed", "failure", "failed_at", "dimension",
        "reason", "created_at", "activated_at",
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that request, activate and remove encoders, and those that show
        progress."""
        return [*encoder_urls(self), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a card per encoder instead of Django's table, which does not fit on a phone."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return encoders_page(self, request, extra_context=extra_context)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Ask for confirmation, then request the encoder; workers add it."""
        return request_page(self, request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Encoder]:
        """Return encoders with their numbers of live pictures, embedded pictures and jobs."""
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
        """Render a progress bar with its numbers."""
        done, total = getattr(encoder, "vector_count", 0), getattr(encoder, "live_count", 0)
        return format_html(
            '<progress class="coverage" max="{}" value="{}" aria-label="{}"></progress> {}',
            max(total, 1),
            done if total else 1,
            gettext("Pictures embedded by %(name)s") % {"name": encoder.key},
            gettext("%(done)s of %(total)s") % {"done": intcomma(done), "total": intcomma(total)},
        )

    @admin.display(description=_("Waiting"), ordering="waiting_count")
    def waiting(self, encoder: Encoder) -> SafeString | str:
        """Return the number of pictures still to embed, linked to the queue."""
        return _queue_link(encoder, number=getattr(encoder, "waiting_count", 0), state="")

    @admin.display(description=_("Failed"), ordering="failed_count")
    def failed(self, encoder: Encoder) -> SafeString | str:
        """Return the number of pictures that failed, linked to the reasons."""
        return _queue_link(
            encoder, number=getattr(encoder, "failed_count", 0), state="&state=quarantined"
        )


def _number(counts: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(counts.values("n"), output_field=IntegerField()), 0)


def _queue_link(encoder: Encoder, *, number: int, state: str) -> SafeString | str:
    if not number:
        return "0"
    address = reverse("admin:gallery_embeddingjob_changelist")
    return format_html(
        '<a href="{}?encoder__id__exact={}{}">{}</a>', address, encoder.pk, state, number
    )
