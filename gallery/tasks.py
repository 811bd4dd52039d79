"""Celery tasks: ids in, one domain call, a retry policy. Messages are hints; the rows are the
truth."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from gallery.hints import hint_removal, hint_workers

# Seconds per run for making missing copies, so that an upgrade does not keep the worker busy.
COPIES_BUDGET_S = 15
# Seconds per run for deleting encoders. Afterwards the next run is queued behind other work.
REMOVAL_BUDGET_S = 15


@shared_task(name="gallery.embed_pending", acks_late=True)
def embed_pending() -> int:
    """Add the requested encoders and embed whatever is waiting, a batch at a time, until nothing is
    due. Return the number of pictures embedded.

    A worker that is asked to stop finishes its batches and leaves the rest to other workers.
    """
    from gallery.embedding.queue import embed_pending as run
    from gallery.embedding.requests import add_next_requested

    done, is_busy = 0, True
    while is_busy:
        is_busy = not _worker_is_stopping() and add_next_requested()
        report = run(should_stop=_worker_is_stopping)
        done += report.embedded
        is_busy = is_busy or bool(report.claimed)
    return done


def _worker_is_stopping() -> bool:
    from celery.worker import state

    return state.should_stop is not None or state.should_terminate is not None


@shared_task(name="gallery.sweep_embedding_jobs")
def sweep_embedding_jobs() -> None:
    """Release jobs that a dead worker had claimed, and send hints if there is work to do."""
    from gallery.embedding.queue import release_abandoned
    from gallery.models import EmbeddingJob, Encoder, EncoderRequest, EncoderState

    release_abandoned()
    if EmbeddingJob.objects.due().exists() or EncoderRequest.objects.due().exists():
        hint_workers()
    if Encoder.objects.filter(state=EncoderState.REMOVING).exists():
        hint_removal()


@shared_task(name="gallery.remove_encoders")
def remove_encoders() -> None:
    """Delete encoders that are being removed, for REMOVAL_BUDGET_S; the next run continues."""
    from gallery.embedding.removal import continue_removals

    if continue_removals(budget_s=REMOVAL_BUDGET_S):
        hint_removal()


@shared_task(name="gallery.replace_old_indexes")
def replace_old_indexes() -> None:
    """After an upgrade, build the vector indexes that this release expects, once."""
    from gallery.vectors import replace_old_indexes as replace

    replace()


@shared_task(name="gallery.purge_expired")
def purge_expired() -> None:
    """Delete expired data: query pictures, the trash after TRASH_DAYS, and counts of wrong
    passwords."""
    from gallery.library.access import system_actor
    from gallery.library.guesses import forget_old_guesses
    from gallery.library.trash import purge_trash
    from gallery.search import purge_query_images

    purge_query_images()
    purge_trash(older_than_days=settings.TRASH_DAYS, by=system_actor())
    forget_old_guesses()


@shared_task(name="gallery.render_missing_copies")
def render_missing_copies() -> None:
    """Make missing copies of older pictures for COPIES_BUDGET_S; the next run continues."""
    from gallery.ingest.missing_copies import render_missing_copies as run

    run(budget_s=COPIES_BUDGET_S)
