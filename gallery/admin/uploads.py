"""Upload batches in the admin: who uploaded what and where, and the outcome of each file."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from gallery.admin.base import ReadOnlyAdmin
from gallery.models import Collection, Fate, UploadBatch, UploadItem


class UploadItemInline(admin.TabularInline[UploadItem, UploadBatch]):
    """The files of a batch."""

    model = UploadItem
    fields = ("name", "size", "fate", "sentence", "picture")
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[UploadItem]:
        """Return the files with their pictures, in one query."""
        return super().get_queryset(request).select_related("image", "batch")

    def has_add_permission(self, request: HttpRequest, obj: UploadBatch | None = None) -> bool:
        """Return False: a record of what happened is not edited."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: UploadBatch | None = None) -> bool:
        """Return False: a record of what happened is not edited."""
        return False

    @admin.display(description=_("Size"))
    def size(self, item: UploadItem) -> str:
        """In words."""
        return filesizeformat(item.size_bytes)

    @admin.display(description=_("Picture"))
    def picture(self, item: UploadItem) -> SafeString | None:
        """Return the picture that the file became or duplicates."""
        # The picture may have moved to a collection that this person may not see.
        if item.image is None or item.image.collection_id != item.batch.collection_id:
            return None
        address = reverse("admin:gallery_image_change", args=[item.image.pk])
        return format_html('<a href="{}">{}</a>', address, item.image.display_title)


@admin.register(UploadBatch)
class UploadBatchAdmin(ReadOnlyAdmin[UploadBatch]):
    """The list of batches and the page of one batch."""

    list_display = ("created_at", "owner", "collection", "stored", "duplicate", "refused")
    list_select_related = ("owner", "collection")
    list_filter = (
        ("collection", admin.RelatedOnlyFieldListFilter),
        ("owner", admin.RelatedOnlyFieldListFilter),
    )
    search_fields = ("items__name", "owner__username", "collection__name")
    search_help_text = _("Search file names, people and collections.")
    date_hierarchy = "created_at"
    fields = ("owner", "collection", "created_at", "stored", "duplicate", "refused")
    inlines = (UploadItemInline,)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[UploadBatch]:
        """Return batches into collections that this person manages, with file counts by outcome."""
        managed = Collection.objects.managed_by(request.user).values("pk")
        fates = {
            f"{fate.value}_count": Count("items", filter=Q(items__fate=fate), distinct=True)
            for fate in Fate
        }
        found = UploadBatch.objects.newest_first().filter(collection__in=managed)
        return found.annotate(**fates)

    @admin.display(description=_("Stored"), ordering="stored_count")
    def stored(self, batch: UploadBatch) -> int:
        """Return the number of files that became pictures."""
        return int(getattr(batch, "stored_count", 0))

    @admin.display(description=_("Duplicates"), ordering="duplicate_count")
    def duplicate(self, batch: UploadBatch) -> int:
        """Return the number of files whose bytes the collection already had."""
        return int(getattr(batch, "duplicate_count", 0))

    @admin.display(description=_("Refused"), ordering="refused_count")
    def refused(self, batch: UploadBatch) -> int:
        """Return the number of files that were refused."""
        return int(getattr(batch, "refused_count", 0))
