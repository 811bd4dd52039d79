"""The lifecycle of an encoder: chosen, built beside the active one, activated.

Vectors of two encoders never mix: exactly one is active, and it changes only here. See removal.py
for how one is removed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery.embedding.catalog import STARTER_KEY
from gallery.embedding.protocol import EncoderSpec
from gallery.embedding.registry import EncoderChoice, choose_initial_encoder, load_encoder
from gallery.exceptions import EncoderStateError, EncoderUnavailable
from gallery.models import EmbeddingJob, Encoder, EncoderState, Image
from gallery.vectors import (
    Coverage,
    ensure_index,
    has_index,
    measure_coverage,
)

logger = logging.getLogger(__name__)

# An arbitrary lock number: only one process records the first encoder.
FIRST_ENCODER_LOCK = 7_305_114
# Combined with the encoder's id: only one process settles it, and the others don't wait for its
# index.
SETTLE_LOCK = 7_305_115
# Rows per INSERT when a whole library is queued.
ENQUEUE_STEP = 5000


def ensure_active_encoder() -> Encoder:
    """Return the active encoder. On the first start, choose and record one and queue the existing
    pictures for it.

    Any number of processes may call it at once: the first to finish decides for all of them. Raise
    EncoderUnavailable when ENCODER names one that cannot be loaded.
    """
    active = Encoder.objects.active()
    if active is None:
        choice, spec = _first_choice()
        active = _record_first(choice, spec=spec)
    # The first release's index is used until it has been replaced, so a start doesn't have to wait.
    if not has_index(active):
        ensure_index(active)
    return active


def _first_choice() -> tuple[EncoderChoice, EncoderSpec]:
    """Return the choice after loading it. If its download fails, fall back to the starter."""
    choice = choose_initial_encoder()
    try:
        return choice, load_encoder(choice.key).spec
    except EncoderUnavailable as error:
        if not choice.automatic:
            raise
        fallback = EncoderChoice(
            STARTER_KEY,
            (
                _("%(key)s couldn’t be loaded. %(cause)s")
                % {"key": choice.key, "cause": error.sentence}
            )[:500],
        )
        return fallback, load_encoder(STARTER_KEY).spec


def _record_first(choice: EncoderChoice, *, spec: EncoderSpec) -> Encoder:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FIRST_ENCODER_LOCK])
        active = Encoder.objects.active()
        if active is not None:
            return active
        encoder, _ = Encoder.objects.update_or_create(
            key=choice.key,
            defaults={
                "dimension": spec.dimension,
                "state": EncoderState.ACTIVE,
                "reason": choice.reason,
                "activated_at": timezone.now(),
            },
        )
        enqueue_missing(encoder)
    logger.info("Encoder: %s. %s", encoder.key, encoder.reason)
    return encoder


def add_encoder(key: str) -> Encoder:
    """Start building an encoder's vectors beside the active ones, without affecting search.

    Adding an existing encoder only queues the pictures that it still lacks. Raise
    EncoderUnavailable when it cannot be loaded here, EncoderStateError while it is being removed.
    """
    spec = load_encoder(key).spec
    with transaction.atomic():
        # Locked without its key: a removal waits, and uploads, whose jobs refer to it, do not.
        rows = Encoder.objects.select_for_update(no_key=True)
        encoder, _created = rows.get_or_create(
            key=key,
            defaults={"dimension": spec.dimension, "reason": _("Added by an administrator.")},
        )
        check_kept(encoder)
        enqueue_missing(encoder)
    settle_encoder(encoder)
    return encoder


def enqueue_missing(encoder: Encoder) -> int:
    """Queue every live picture that has neither a vector of this encoder nor a job. Return how
    many."""
    missing = (
        Image.objects.missing_vector_for(encoder.pk)
        .exclude(jobs__encoder=encoder)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    ids, queued = missing.iterator(chunk_size=ENQUEUE_STEP), 0
    while step := [EmbeddingJob(image_id=pk, encoder=encoder) for pk in islice(ids, ENQUEUE_STEP)]:
        EmbeddingJob.objects.bulk_create(step, ignore_conflicts=True)
        queued += len(step)
    return queued


def settle_encoder(encoder: Encoder) -> None:
    """Mark an encoder as ready and make its index, once no pictures are waiting for it.

    The index of a large library takes minutes. If another process is making it, return at once, so
    that only one worker thread is busy with it.
    """
    if encoder.state != EncoderState.BUILDING:
        return
    if EmbeddingJob.objects.filter(encoder=encoder).waiting().exists():
        return
    with _settling(encoder) as is_ours:
        if not is_ours:
            return
        ensure_index(encoder)
        settled = Encoder.objects.filter(pk=encoder.pk, state=EncoderState.BUILDING)
        settled.update(state=EncoderState.READY)
        encoder.refresh_from_db(fields=["state"])


@contextmanager
def _settling(encoder: Encoder) -> Iterator[bool]:
    """Yield whether this process holds the lock for settling the encoder."""
    lock = [SETTLE_LOCK, encoder.pk % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", lock)
        is_ours = bool(cursor.fetchone()[0])
        try:
            yield is_ours
        finally:
            if is_ours:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", lock)


def activate_encoder(key: str, *, force: bool = False) -> Encoder:
    """Make all searches use an encoder from now on.

    Raise EncoderStateError for one that was never added, is being removed or, unless forced, does
    not cover every live picture yet.
    """
    encoder = added_encoder(key)
    check_kept(encoder)
    if encoder.state == EncoderState.ACTIVE:
        return encoder
    coverage = measure_coverage(Image.objects.live(), encoder=encoder)
    if coverage.waiting and not force:
        raise EncoderStateError(_not_covered(encoder, coverage))
    ensure_index(encoder)
    with transaction.atomic():
        rows = Encoder.objects.select_for_update().order_by("pk")
        current = {row.pk: row for row in rows}
        if encoder.pk not in current:
            raise EncoderStateError(_("%(key)s has been removed: add it again.") % {"key": key})
        encoder = current[encoder.pk]
        check_kept(encoder)
        Encoder.objects.filter(state=EncoderState.ACTIVE).update(state=EncoderState.READY)
        encoder.state = EncoderState.ACTIVE
        encoder.activated_at = timezone.now()
        encoder.save(update_fields=["state", "activated_at"])
    return encoder


def _not_covered(encoder: Encoder, coverage: Coverage) -> str:
    sentence = _(
        "%(key)s has vectors for %(embedded)s of %(live)s pictures: wait until "
        "it is ready, or force the change and find only those."
    ) % {
        "key": encoder.key,
        "embedded": intcomma(coverage.searchable),
        "live": intcomma(coverage.pictures),
    }
    failed = EmbeddingJob.objects.filter(encoder=encoder).count_by_state().failed
    if failed:
        sentence += _(" %(quarantined)s failed and wait for a retry in the admin.") % {
            "quarantined": intcomma(failed)
        }
    return sentence


def added_encoder(key: str) -> Encoder:
    """Return the encoder with this key. Raise EncoderStateError if it was never added."""
    encoder = Encoder.objects.filter(key=key).first()
    if encoder is None:
        raise EncoderStateError(
            _("%(key)s hasn’t been added: run manage.py encoders add %(key)s.") % {"key": key}
        )
    return encoder


def check_kept(encoder: Encoder) -> None:
    """Raise EncoderStateError for an encoder that is being removed."""
    if encoder.state == EncoderState.REMOVING:
        raise EncoderStateError(
            _("%(key)s is being removed. Once that is done, you can add it again.")
            % {"key": encoder.key}
        )
