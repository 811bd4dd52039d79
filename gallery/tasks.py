"""Celery tasks: ids in, one domain call, a retry policy. Messages are hints; rows are the truth."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings


@shared_task(name="gallery.embed_pending", acks_late=True)
def embed_pending() -> int:
    """Embeds whatever waits, a batch at a time, until nothing is due. Returns how many it did."""
    from gallery.embedding.queue import embed_pending as run

    done = 0
    while True:
        report = run()
        done += report.embedded
        if report.claimed == 0:
            return done


@shared_task(name="gallery.sweep_embedding_jobs")
def sweep_embedding_jobs() -> None:
    """Frees what a dead worker had claimed and hints again while anything is due."""
    from gallery.embedding.queue import release_abandoned
    from gallery.models import EmbeddingJob

    release_abandoned()
    if EmbeddingJob.objects.due().exists():
        embed_pending.delay()


@shared_task(name="gallery.purge_expired")
def purge_expired() -> None:
    """Deletes what has outlived its time: query pictures, and the trash after TRASH_DAYS."""
    from gallery.library.trash import purge_trash
    from gallery.search import purge_query_images

    purge_query_images()
    purge_trash(older_than_days=settings.TRASH_DAYS)
