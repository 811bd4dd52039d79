"""One claimed batch: decode in threads, run the model, isolate bad pictures, write the vectors.

Used by pipeline.py only.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image as PillowImage

from gallery.embedding.protocol import EncoderBackend, Pixels
from gallery.embedding.stored import PictureFile, PictureUnreadable, read_picture, sources_of
from gallery.exceptions import EncoderUnavailable
from gallery.models import EmbeddingJob, Encoder
from gallery.vectors import NewVector, Vector, is_unit, upsert_vectors

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """Claimed jobs of one encoder, whose pictures are being decoded."""

    jobs: list[EmbeddingJob]
    row: Encoder
    encoder: EncoderBackend
    decoding: list[Future[Pixels]]


@dataclass
class EncodingResult:
    """The vector of each image id, or the reason why there is none."""

    vectors: dict[int, Vector] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)


def start(
    jobs: list[EmbeddingJob], *, row: Encoder, encoder: EncoderBackend, pool: ThreadPoolExecutor
) -> Batch:
    """Hand the pictures to the decoding threads and return at once."""
    side = encoder.spec.image_size
    decoding = [
        pool.submit(_prepare, encoder, sources_of(job.image, at_least=side)) for job in jobs
    ]
    return Batch(jobs=jobs, row=row, encoder=encoder, decoding=decoding)


def _prepare(encoder: EncoderBackend, sources: list[PictureFile]) -> Pixels:
    return encoder.prepare(read_picture(sources, at_least=encoder.spec.image_size))


def encode(batch: Batch) -> EncodingResult:
    """Wait for decoding and run the model. Bad pictures fail on their own.

    Raises EncoderUnavailable when the encoder fails even on a plain picture or makes vectors of
    another length than its stored ones, and whatever the picture store raised when it is the store
    that failed.
    """
    outcome = EncodingResult()
    readable: list[tuple[int, Pixels]] = []
    for job, future in zip(batch.jobs, batch.decoding, strict=True):
        try:
            readable.append((job.image_id, future.result()))
        except PictureUnreadable as error:
            outcome.failures[job.image_id] = error.sentence
        except MemoryError:
            outcome.failures[job.image_id] = _("There isn’t enough memory to read this picture.")
    _encode_halving(readable, encoder=batch.encoder, outcome=outcome)
    if readable and not outcome.vectors:
        _check_encoder(batch.encoder)
    for vector in outcome.vectors.values():
        _check_dimension(len(vector), of=batch.row)
    return outcome


def _encode_halving(
    pictures: Sequence[tuple[int, Pixels]], *, encoder: EncoderBackend, outcome: EncodingResult
) -> None:
    """Encode a batch. On an error, halve it until the bad picture is isolated."""
    if not pictures:
        return
    try:
        vectors = encoder.encode_prepared([pixels for _, pixels in pictures])
    except (RuntimeError, ValueError, ArithmeticError, MemoryError) as error:
        # RuntimeError is what torch raises, for a full GPU too: a smaller batch may fit.
        if len(pictures) == 1:
            logger.info("The encoder failed on picture %s", pictures[0][0], exc_info=error)
            outcome.failures[pictures[0][0]] = _(
                "The encoder failed on this picture: %(error)s"
            ) % {"error": error}
            return
        middle = len(pictures) // 2
        _encode_halving(pictures[:middle], encoder=encoder, outcome=outcome)
        _encode_halving(pictures[middle:], encoder=encoder, outcome=outcome)
        return
    for (image_id, _pixels), vector in zip(pictures, vectors, strict=True):
        if is_unit(vector):
            outcome.vectors[image_id] = vector
        else:
            outcome.failures[image_id] = _(
                "The encoder returned no usable vector for this picture."
            )


def _check_encoder(encoder: EncoderBackend) -> None:
    """Distinguish broken pictures from a broken encoder by encoding a picture that is known to be
    good."""
    side = encoder.spec.image_size
    try:
        encoder.encode_images([PillowImage.new("RGB", (side, side), "grey")])
    except (RuntimeError, ValueError, ArithmeticError, MemoryError) as error:
        raise EncoderUnavailable(
            _(
                "The encoder %(key)s fails on every picture: restart the worker, and "
                "see its log. The cause: %(error)s"
            )
            % {"key": encoder.spec.key, "error": error}
        ) from error


def _check_dimension(dimension: int, *, of: Encoder) -> None:
    """Detect a different model behind the same key, whose vectors fit neither the index nor
    queries."""
    if dimension != of.dimension:
        raise EncoderUnavailable(
            _(
                "The encoder %(key)s makes vectors of %(new)d numbers, and its stored ones have "
                "%(stored)d. Remove it and add it again."
            )
            % {"key": of.key, "new": dimension, "stored": of.dimension}
        )


def write_vectors(jobs: Sequence[EmbeddingJob], vectors: dict[int, Vector]) -> int:
    """Store vectors and delete their jobs in one transaction. Return how many.

    Skip pictures that were deleted in the meantime, which no longer have a job, and jobs that
    another worker has claimed since. Existing vectors are replaced.
    """
    if not vectors:
        return 0
    by_pk = {job.pk: job for job in jobs if job.image_id in vectors}
    with transaction.atomic():
        ours = EmbeddingJob.objects.not_taken_by_others(list(by_pk.values()))
        kept = ours.select_for_update(of=("self",)).order_by("pk")
        done = [by_pk[pk] for pk in kept.values_list("pk", flat=True)]
        if not done:
            return 0
        # Locked jobs protect their encoder's row: removing an encoder deletes its jobs first.
        upsert_vectors(
            [NewVector(job.image_id, vectors[job.image_id]) for job in done],
            encoder=Encoder.objects.get(pk=done[0].encoder_id),
        )
        EmbeddingJob.objects.filter(pk__in=[job.pk for job in done]).delete()
    return len(done)
