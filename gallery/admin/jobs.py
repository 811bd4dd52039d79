"""The embedding queue in the admin: which pictures wait, which failed and why, and a retry
action."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.admin import sentences
from gallery.admin.base import ReadOnlyAdmin, thumbnail
from gallery.admin.list_filters import JobStateFilter
from gallery.embedding.queue import retry_jobs
from gallery.hints import hint_workers
from gallery.models import EmbeddingJob, Image
from gallery.models.embedding import MAX_ATTEMPTS

# Length of a reason in the list; the job's own page shows it in full.
MAX_REASON_CHARACTERS = 160


@admin.register(EmbeddingJob)
class EmbeddingJobAdmin(ReadOnlyAdmin[EmbeddingJob]):
    """The list of pictures waiting to be embedded, and the page of one job."""

    list_display = ("thumbnail", "picture", "state", "tries", "short_reason", "next_try", "encoder")
    list_display_links = ("state",)
    list_select_related = ("image__collection", "encoder")
    list_filter = (JobStateFilter, "encoder")
    search_fields = ("reason", "image__title", "image__original_name")
    search_help_text = gettext_lazy("Search error messages, titles and file names.")
    date_hierarchy = "created_at"
    fields = (
        "thumbnail", "picture", "encoder", "state", "tries", "reason", "next_try_at", "claimed_by",
        "claimed_at", "quarantined_at", "created_at",
    )  # fmt: skip
    actions = ("retry_selected",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmbeddingJob]:
        """Return the jobs of pictures that this person may edit."""
        editable = Image.objects.editable_by(request.user)
        found = EmbeddingJob.objects.order_by("-quarantined_at", "next_try_at", "pk")
        return found if request.user.is_superuser else found.filter(image__in=editable.values("pk"))

    @admin.display(description=gettext_lazy("Picture"))
    def thumbnail(self, job: EmbeddingJob) -> SafeString:
        """The picture."""
        return thumbnail(job.image)

    @admin.display(description=gettext_lazy("Title"), ordering="image__title")
    def picture(self, job: EmbeddingJob) -> SafeString:
        """Return the picture's title, linked to its page in the admin."""
        address = reverse("admin:gallery_image_change", args=[job.image_id])
        return format_html('<a href="{}">{}</a>', address, job.image.display_title)

    @admin.display(description=gettext_lazy("State"), ordering="quarantined_at")
    def state(self, job: EmbeddingJob) -> str:
        """Return the state of the job."""
        if job.quarantined_at:
            return _("Failed")
        if job.claimed_at:
            return _("In progress")
        return _("Waiting to retry") if job.next_try_at > timezone.now() else _("Waiting")

    @admin.display(description=gettext_lazy("Attempts"), ordering="attempts")
    def tries(self, job: EmbeddingJob) -> str:
        """Return the number of attempts and the limit."""
        return _("%(number)s of %(limit)s") % {"number": job.attempts, "limit": MAX_ATTEMPTS}

    @admin.display(description=gettext_lazy("Last error"), ordering="reason")
    def short_reason(self, job: EmbeddingJob) -> str | None:
        """Its start."""
        return Truncator(job.reason).chars(MAX_REASON_CHARACTERS) or None

    @admin.display(description=gettext_lazy("Next attempt"), ordering="next_try_at")
    def next_try(self, job: EmbeddingJob) -> object:
        """Return the time of the next attempt, or nothing if there will be none."""
        return None if job.quarantined_at else job.next_try_at

    @admin.action(description=gettext_lazy("Try again"), permissions=["operate"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[EmbeddingJob]) -> None:
        """Clear the failures of the selected jobs and notify the workers."""
        retried = retry_jobs(EmbeddingJob.objects.filter(pk__in=queryset.order_by().values("pk")))
        hint_workers()
        self.message_user(request, sentences.retried(retried), messages.SUCCESS)
