"""Which pictures have a vector, as expressions for other statements and as counts."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from django.db.models import (
    Count,
    Exists,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce, TruncDate

from gallery.models import Embedding, Encoder, Image, VectorKind


class Coverage(NamedTuple):
    """How many pictures there are, and how many of them have a vector of an encoder."""

    pictures: int
    searchable: int

    @property
    def waiting(self) -> int:
        """Pictures without a vector."""
        return self.pictures - self.searchable

    @property
    def fraction(self) -> float:
        """0 to 1; 1 where there are no pictures."""
        return self.searchable / self.pictures if self.pictures else 1.0

    @property
    def percent(self) -> int:
        """The percentage, rounded down, so that 100 means all."""
        return self.searchable * 100 // self.pictures if self.pictures else 100


def has_vector(
    encoder_id: int, *, image: str = "pk", kind: VectorKind = VectorKind.PICTURE
) -> Exists:
    """Return a condition that is true for rows whose picture has a vector. `image` is the row's
    path to the picture's key."""
    return Exists(Embedding.objects.made_by(encoder_id, kind=kind).first_of(image))


def has_active_vector(*, image: str = "pk", kind: VectorKind = VectorKind.PICTURE) -> Exists:
    """Return the same condition for the active encoder."""
    return Exists(Embedding.objects.made_by_active(kind=kind).first_of(image))


def measure_coverage(
    images: QuerySet[Image], *, encoder: Encoder | None, kind: VectorKind = VectorKind.PICTURE
) -> Coverage:
    """Count these pictures and those with a vector, in one query. Without an encoder, none have
    one."""
    if encoder is None:
        return Coverage(pictures=images.order_by().count(), searchable=0)
    first = Q(embeddings__encoder_id=encoder.pk, embeddings__kind=kind, embeddings__ordinal=0)
    found = (
        images.order_by()
        .annotate(first_vector=FilteredRelation("embeddings", condition=first))
        .aggregate(pictures=Count("pk"), searchable=Count("first_vector"))
    )
    return Coverage(pictures=found["pictures"], searchable=found["searchable"])


def live_picture_count(*, encoder: str = "pk", kind: VectorKind = VectorKind.PICTURE) -> Coalesce:
    """Return an expression for rows of encoders that counts the live pictures with a vector.
    `encoder` is the path to the encoder's key."""
    vectors = (
        Embedding.objects.filter(
            encoder=OuterRef(encoder), kind=kind, ordinal=0, image__deleted_at__isnull=True
        )
        .order_by()
        .values("encoder")
        .annotate(n=Count("pk"))
    )
    return Coalesce(Subquery(vectors.values("n"), output_field=IntegerField()), 0)


def count_made_by_day(*, since: datetime, kind: VectorKind = VectorKind.PICTURE) -> dict[date, int]:
    """Return how many vectors were made on each day, in the site's time zone, leaving out days
    without any. The index on created_at keeps this cheap in a large library."""
    made = Embedding.objects.filter(created_at__gte=since, kind=kind, ordinal=0).order_by()
    by_day = made.values(day=TruncDate("created_at")).annotate(n=Count("pk"))
    return dict(by_day.values_list("day", "n"))
