"""Pictures: their data, and querysets that select them for a viewer."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Exists, F, Func, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.models.collection import Collection
from gallery.models.people import Viewer
from gallery.models.titles import shortened, title_from_file_name

if TYPE_CHECKING:
    from gallery.models.embedding import EmbeddingQuerySet

# Widths in pixels of the WebP copies that pages show: grids of small, usual and large tiles, and
# the full page. If a width is added, gallery.ingest.missing_copies makes it for older pictures.
RENDITION_WIDTHS = (320, 480, 640, 1600)


def originals_storage() -> Storage:
    """Return the store of originals, named by content."""
    return storages["originals"]


def _embeddings() -> EmbeddingQuerySet:
    from gallery.models.embedding import Embedding  # which imports this module

    return Embedding.objects.all()


class ImageQuerySet(models.QuerySet["Image"]):
    """The read vocabulary of pictures."""

    def live(self) -> Self:
        """Pictures that are not in the trash."""
        return self.filter(deleted_at__isnull=True)

    def trashed(self) -> Self:
        """Pictures in the trash."""
        return self.filter(deleted_at__isnull=False)

    def visible_to(self, viewer: Viewer) -> Self:
        """Live pictures in collections that the viewer may see."""
        visible = Collection.objects.visible_to(viewer).values("pk")
        return self.live().filter(collection_id__in=visible)

    def editable_by(self, viewer: Viewer) -> Self:
        """Pictures, live or in the trash, that the viewer may edit, move, delete and restore."""
        editable = Collection.objects.open_to_uploads_by(viewer).values("pk")
        return self.filter(collection_id__in=editable)

    def not_editable_by(self, viewer: Viewer) -> Self:
        """The others."""
        editable = Collection.objects.open_to_uploads_by(viewer).values("pk")
        return self.exclude(collection_id__in=editable)

    def newest_first(self) -> Self:
        """Sort as browse pages do."""
        return self.order_by("-created_at", "-pk")

    def searchable(self) -> Self:
        """Pictures that the active encoder has embedded."""
        return self.filter(Exists(_embeddings().made_by_active().first_of("pk")))

    def searchable_with(self, encoder_id: int) -> Self:
        """Pictures that this encoder has embedded."""
        return self.filter(Exists(_embeddings().made_by(encoder_id).first_of("pk")))

    def missing_vector_for(self, encoder_id: int) -> Self:
        """Live pictures that this encoder has not embedded."""
        return self.live().exclude(Exists(_embeddings().made_by(encoder_id).first_of("pk")))

    def dated(self) -> Self:
        """Add `shown_at`: when the picture was taken, or else when it was added."""
        return self.annotate(shown_at=Coalesce("taken_at", "created_at"))


class Image(models.Model):
    """One picture in one collection. The same bytes in two collections are two rows, one file."""

    collection = models.ForeignKey(
        Collection, on_delete=models.PROTECT, related_name="images", verbose_name=_("collection")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="images",
        verbose_name=_("owner"),
    )
    sha256 = models.CharField(max_length=64, db_index=True, verbose_name=_("SHA-256"))
    original = models.FileField(
        storage=originals_storage, max_length=120, verbose_name=_("original file")
    )
    media_type = models.CharField(max_length=40, verbose_name=_("file type"))
    width = models.PositiveIntegerField(
        help_text=_("Pixels, with the orientation applied."), verbose_name=_("width")
    )
    height = models.PositiveIntegerField(
        help_text=_("Pixels, with the orientation applied."), verbose_name=_("height")
    )
    size_bytes = models.PositiveBigIntegerField(verbose_name=_("size in bytes"))
    original_name = models.CharField(max_length=255, verbose_name=_("file name"))
    title = models.CharField(max_length=200, blank=True, verbose_name=_("title"))
    caption = models.TextField(blank=True, max_length=5000, verbose_name=_("caption"))
    tags = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("tags")
    )
    taken_at = models.DateTimeField(null=True, blank=True, verbose_name=_("taken"))
    camera = models.CharField(max_length=120, blank=True, verbose_name=_("camera"))
    exif = models.JSONField(default=dict, blank=True, verbose_name=_("EXIF data"))
    average_color = models.CharField(
        max_length=7, default="#808080", help_text="#rrggbb", verbose_name=_("average color")
    )
    perceptual_hash = models.BigIntegerField(
        null=True, help_text=_("64 bits, as a signed integer."), verbose_name=_("perceptual hash")
    )
    deleted_at = models.DateTimeField(null=True, blank=True, verbose_name=_("moved to the trash"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("added"))
    search_document = models.GeneratedField(
        expression=Func(
            F("title"),
            F("tags"),
            F("caption"),
            F("original_name"),
            function="gallery_search_document",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["collection", "sha256"],
                condition=Q(deleted_at__isnull=True),
                name="image_once_in_collection",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["-created_at", "-id"],
                condition=Q(deleted_at__isnull=True),
                name="image_newest",
            ),
            models.Index(
                fields=["collection", "-created_at", "-id"],
                condition=Q(deleted_at__isnull=True),
                name="image_newest_in_collection",
            ),
            models.Index(Coalesce("taken_at", "created_at").desc(), name="image_shown_at"),
            GinIndex(fields=["search_document"], name="image_search_document"),
            GinIndex(fields=["tags"], name="image_tags"),
        ]

    def __str__(self) -> str:
        return self.display_title

    def get_absolute_url(self) -> str:
        """Return the picture's page."""
        return reverse("gallery:image", kwargs={"pk": self.pk})

    @property
    def shown_date(self) -> datetime:
        """When the picture was taken, or else when it was added."""
        return self.taken_at or self.created_at

    @property
    def display_title(self) -> str:
        """The title, or else the start of the caption, or the file name made readable, or “Untitled
        picture, 12 May 2024”."""
        if self.title:
            return self.title
        if self.caption:
            return shortened(self.caption)
        return title_from_file_name(self.original_name) or gettext("Untitled picture, %(date)s") % {
            "date": date_format(self.shown_date, "j F Y")
        }

    @property
    def alt_text(self) -> str:
        """The text for screen readers: the caption, or else the display title."""
        return self.caption or self.display_title

    @property
    def aspect_ratio(self) -> float:
        """Width over height."""
        return self.width / self.height

    @property
    def is_trashed(self) -> bool:
        """True if the picture is in the trash."""
        return self.deleted_at is not None

    def rendition_name(self, width: int) -> str:
        """Return the name in the renditions store of its copy at a width of RENDITION_WIDTHS."""
        return rendition_name(self.sha256, width=width)


def rendition_name(sha256: str, *, width: int) -> str:
    """Return the name in the renditions store of the copy at a width of RENDITION_WIDTHS."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}/{width}.webp"
