"""Encoders, their vectors, and the queue of pictures to embed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple, Self

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField

from gallery.models.image import Image

# After this many failed attempts a job is quarantined, with its reason, until an admin retries it.
MAX_ATTEMPTS = 3


class EncoderState(models.TextChoices):
    """building: vectors are being made; ready: all are there; active: searches use it;
    removing: a worker is deleting it and its vectors."""

    BUILDING = "building", _("Building")
    READY = "ready", _("Ready")
    ACTIVE = "active", _("Active")
    REMOVING = "removing", _("Being removed")


class EncoderQuerySet(models.QuerySet["Encoder"]):
    """The read vocabulary of encoders."""

    def active(self) -> Encoder | None:
        """Return the encoder that searches use, or None before the first start."""
        return self.filter(state=EncoderState.ACTIVE).first()

    def kept(self) -> Self:
        """Encoders that new pictures are embedded with: all that are not being removed."""
        return self.exclude(state=EncoderState.REMOVING)

    def with_due_jobs(self) -> Self:
        """Encoders with jobs that a worker can do now, the active one first."""
        due = EmbeddingJob.objects.due().filter(encoder=OuterRef("pk"))
        active_first = Case(When(state=EncoderState.ACTIVE, then=Value(0)), default=Value(1))
        return self.kept().filter(Exists(due)).order_by(active_first, "pk")


class Encoder(models.Model):
    """A model that maps words and pictures into one space. Vectors of different encoders never
    mix."""

    key = models.CharField(max_length=300, unique=True, verbose_name=_("key"))
    dimension = models.PositiveIntegerField(verbose_name=_("dimensions"))
    state = models.CharField(
        max_length=10,
        choices=EncoderState.choices,
        default=EncoderState.BUILDING,
        verbose_name=_("state"),
    )
    reason = models.CharField(
        max_length=500,
        blank=True,
        help_text=_("Why this encoder was chosen."),
        verbose_name=_("why it was chosen"),
    )
    failure = models.TextField(
        blank=True,
        help_text=_("Why workers can’t use it at the moment."),
        verbose_name=_("problem"),
    )
    failed_at = models.DateTimeField(null=True, blank=True, verbose_name=_("last failed"))
    created_at = models.DateTimeField(auto_now_add=True, verbose_name=_("added"))
    activated_at = models.DateTimeField(null=True, blank=True, verbose_name=_("in use since"))

    objects = EncoderQuerySet.as_manager()

    class Meta:
        verbose_name = _("encoder")
        verbose_name_plural = _("encoders")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="active"), name="encoder_one_active"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class VectorKind(models.TextChoices):
    """What a vector was made from. Vectors of different kinds are searched separately.

    picture: the whole picture; caption: its caption; tile: a part of it, numbered by `ordinal`.
    """

    PICTURE = "picture", _("Picture")
    CAPTION = "caption", _("Caption")
    TILE = "tile", _("Tile")

    @property
    def is_repeated(self) -> bool:
        """Whether one picture can have several vectors of this kind."""
        return self == VectorKind.TILE


class EmbeddingQuerySet(models.QuerySet["Embedding"]):
    """The read vocabulary of vectors. Outside gallery.models only gallery.vectors uses it."""

    def made_by(self, encoder_id: int, *, kind: VectorKind = VectorKind.PICTURE) -> Self:
        """Vectors of one encoder and kind."""
        return self.filter(encoder_id=encoder_id, kind=kind)

    def made_by_active(self, *, kind: VectorKind = VectorKind.PICTURE) -> Self:
        """Vectors of the active encoder."""
        return self.filter(encoder__state=EncoderState.ACTIVE, kind=kind)

    def first_of(self, image: str) -> Self:
        """Return the first vector of the outer query's picture, whose primary key is in `image`:
        for Exists. A picture that has any vectors of a kind has the one with ordinal 0."""
        return self.filter(image_id=OuterRef(image), ordinal=0)


class Embedding(models.Model):
    """A unit vector that an encoder made from a picture, in half precision."""

    image = models.ForeignKey(
        Image, on_delete=models.CASCADE, related_name="embeddings", verbose_name=_("picture")
    )
    encoder = models.ForeignKey(
        Encoder, on_delete=models.CASCADE, related_name="embeddings", verbose_name=_("encoder")
    )
    kind = models.CharField(
        max_length=10,
        choices=VectorKind.choices,
        default=VectorKind.PICTURE,
        db_default=VectorKind.PICTURE,
        verbose_name=_("made from"),
    )
    ordinal = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        help_text=_("Numbers the vectors of one kind, from 0."),
        verbose_name=_("number"),
    )
    vector = HalfVectorField(verbose_name=_("vector"))
    created_at = models.DateTimeField(auto_now_add=True, verbose_name=_("made"))

    objects = EmbeddingQuerySet.as_manager()

    class Meta:
        verbose_name = _("vector")
        verbose_name_plural = _("vectors")
        # Rows are written in order of time, so a BRIN index of a few bytes per block is enough.
        indexes: ClassVar = [BrinIndex(fields=["created_at"], name="embedding_created")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["image", "encoder", "kind", "ordinal"], name="embedding_unique"
            ),
            models.CheckConstraint(
                condition=Q(ordinal=0) | Q(kind="tile"), name="embedding_only_tiles_repeat"
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(kind)s %(ordinal)s of picture %(image)s, encoder %(encoder)s") % {
            "kind": self.kind,
            "ordinal": self.ordinal,
            "image": self.image_id,
            "encoder": self.encoder_id,
        }


class JobCounts(NamedTuple):
    """Jobs that a worker may still take, and those that failed too often."""

    waiting: int
    failed: int


class EmbeddingJobQuerySet(models.QuerySet["EmbeddingJob"]):
    """Reads of the queue, and the one write that every ingest does."""

    def quarantined(self) -> Self:
        """Jobs that failed too often and wait for an admin."""
        return self.filter(quarantined_at__isnull=False)

    def waiting(self) -> Self:
        """Jobs that a worker may still take, now or later."""
        return self.filter(quarantined_at__isnull=True)

    def due(self) -> Self:
        """Jobs that a worker may take now: not claimed, resting or quarantined."""
        return self.waiting().filter(claimed_at__isnull=True, next_try_at__lte=timezone.now())

    def count_by_state(self) -> JobCounts:
        """Count waiting and failed jobs in one query."""
        total, failed = Count("pk"), Count("pk", filter=Q(quarantined_at__isnull=False))
        found = self.order_by().aggregate(total=total, failed=failed)
        return JobCounts(waiting=found["total"] - found["failed"], failed=found["failed"])

    def still_claimed(self, jobs: Sequence[EmbeddingJob]) -> Self:
        """Jobs, all from one claim, that have not been released or claimed again since."""
        if not jobs:
            return self.none()
        return self.filter(
            pk__in=[job.pk for job in jobs],
            claimed_by=jobs[0].claimed_by,
            claimed_at=jobs[0].claimed_at,
        )

    def not_taken_by_others(self, jobs: Sequence[EmbeddingJob]) -> Self:
        """Jobs, all from one claim, that no other worker has claimed since."""
        unclaimed = self.filter(pk__in=[job.pk for job in jobs], claimed_at__isnull=True)
        return self.still_claimed(jobs) | unclaimed

    def enqueue(self, image: Image) -> None:
        """Add a job for every encoder that is being built or in use. Run it in the transaction that
        stores the picture."""
        self.bulk_create(
            [EmbeddingJob(image=image, encoder=encoder) for encoder in Encoder.objects.kept()],
            ignore_conflicts=True,
        )

    def enqueue_missing(self, images: models.QuerySet[Image]) -> None:
        """Add a job for each of these live pictures and each encoder that has not embedded it. Run
        it in the transaction that stores the pictures."""
        for encoder in Encoder.objects.kept():
            missing = Image.objects.filter(pk__in=images.values("pk")).missing_vector_for(
                encoder.pk
            )
            self.bulk_create(
                [
                    EmbeddingJob(image_id=pk, encoder=encoder)
                    for pk in missing.values_list("pk", flat=True)
                ],
                ignore_conflicts=True,
            )


class EmbeddingJob(models.Model):
    """A picture that an encoder has yet to embed. This table is the queue of record."""

    image = models.ForeignKey(
        Image, on_delete=models.CASCADE, related_name="jobs", verbose_name=_("picture")
    )
    encoder = models.ForeignKey(
        Encoder, on_delete=models.CASCADE, related_name="jobs", verbose_name=_("encoder")
    )
    attempts = models.PositiveSmallIntegerField(default=0, verbose_name=_("attempts"))
    next_try_at = models.DateTimeField(default=timezone.now, verbose_name=_("next attempt"))
    claimed_at = models.DateTimeField(null=True, blank=True, verbose_name=_("started"))
    claimed_by = models.CharField(max_length=120, blank=True, verbose_name=_("worker"))
    reason = models.TextField(
        blank=True, help_text=_("Why the last attempt failed."), verbose_name=_("last error")
    )
    quarantined_at = models.DateTimeField(null=True, blank=True, verbose_name=_("gave up"))
    created_at = models.DateTimeField(default=timezone.now, verbose_name=_("added"))

    objects = EmbeddingJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture waiting to be embedded")
        verbose_name_plural = _("waiting to be embedded")
        ordering: ClassVar = ["next_try_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["image", "encoder"], name="embedding_job_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["encoder", "next_try_at", "id"],
                condition=Q(quarantined_at__isnull=True),
                name="embedding_job_due",
            ),
        ]

    def __str__(self) -> str:
        return gettext("picture %(image)s, encoder %(encoder)s") % {
            "image": self.image_id,
            "encoder": self.encoder_id,
        }
