"""No uploaded picture is ever lost, whatever fails."""

import os
import signal
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from gallery.embedding.queue import ABANDONED_AFTER
from gallery.hints import hint_workers
from gallery.models import Embedding, EmbeddingJob, Image
from gallery.models.embedding import MAX_ATTEMPTS
from gallery.tasks import purge_expired, sweep_embedding_jobs
from searchsite import lanes
from searchsite.embedded import paths, valkey
from tests.factories import PASSWORD, make_person
from tests.worker import forget_messages, wait_until, waiting_messages

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

COLOURS = ("red", "green", "blue", "yellow", "purple", "orange")


def all_searchable(count):
    return lambda: Embedding.objects.count() == count and not EmbeddingJob.objects.exists()


def sweep_now():
    """Run the sweep, which beat starts every half minute, in this process."""
    sweep_embedding_jobs.apply(throw=True)


def skip_rests():
    """Skip the time that a failed job waits before its next attempt."""
    EmbeddingJob.objects.waiting().filter(claimed_at=None).update(next_try_at=timezone.now())


def test_from_upload_to_searchable(brittle, new_worker, upload):
    new_worker()
    pictures = upload(*COLOURS)
    hint_workers()
    wait_until(all_searchable(len(pictures)), what="all pictures to be searchable")


def test_a_worker_killed_during_a_batch_loses_nothing(brittle, new_worker, upload, faults):
    (faults / "hold").touch()
    pictures = upload(*COLOURS)
    first = new_worker()
    hint_workers()
    wait_until((faults / "entered").exists, what="the worker to be in mid-batch")
    assert EmbeddingJob.objects.filter(claimed_at__isnull=False).count() == len(pictures)
    first.kill()
    (faults / "hold").unlink()
    assert EmbeddingJob.objects.count() == len(pictures), "the rows are the truth"
    # Ten minutes pass without progress, so the claims count as abandoned.
    EmbeddingJob.objects.update(claimed_at=timezone.now() - ABANDONED_AFTER - timedelta(seconds=1))
    new_worker()
    sweep_now()
    wait_until(all_searchable(len(pictures)), what="another worker to finish")


@pytest.mark.skipif(not settings.EMBEDDED_REDIS, reason="REDIS_URL names a broker of others")
def test_a_broker_killed_during_an_upload_only_delays_it(brittle, new_worker, upload):
    new_worker()
    _kill_valkey()
    pictures = upload(*COLOURS[:3])
    hint_workers()  # The person who uploads sees no error.
    assert EmbeddingJob.objects.due().count() == len(pictures)
    valkey.ensure_running(settings.VAR_DIR)
    sweep_now()
    wait_until(all_searchable(len(pictures)), what="the worker to come back to them")


def _kill_valkey():
    pid = int((paths.run_dir(settings.VAR_DIR) / "valkey.pid").read_text())
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not valkey.is_alive(settings.VAR_DIR), what="Valkey to be gone")


def test_an_emptied_broker_loses_nothing(brittle, new_worker, upload):
    pictures = upload(*COLOURS[:3])
    hint_workers()
    forget_messages()
    new_worker()
    sweep_now()
    wait_until(all_searchable(len(pictures)), what="the sweep to bring them to a worker")


def test_a_picture_that_breaks_the_encoder_is_quarantined_and_the_others_are_searchable(
    brittle, new_worker, upload, faults, client
):
    (faults / "poison").touch()
    pictures = upload("red", "black", "blue")
    poison = pictures[1]
    new_worker()
    hint_workers()
    wait_until(lambda: Embedding.objects.count() == 2, what="the two good pictures")

    def quarantined():
        skip_rests()
        sweep_now()
        return EmbeddingJob.objects.quarantined().first()

    job = wait_until(quarantined, what="the poison picture to be given up")
    assert job.image == poison
    assert job.attempts == MAX_ATTEMPTS
    assert "this picture is poison" in job.reason
    (faults / "poison").unlink()
    _retry_in_the_admin(client, job)
    wait_until(all_searchable(3), what="the retried picture to be searchable")


def _retry_in_the_admin(client, job):
    make_person("admin", is_staff=True, is_superuser=True)
    client.login(username="admin", password=PASSWORD)
    response = client.post(
        "/admin/gallery/embeddingjob/",
        {"action": "retry_selected", "index": "0", "_selected_action": [job.pk]},
        follow=True,
    )
    assert "1 picture will be tried again." in response.content.decode()


def test_sweeps_and_purges_run_while_the_embedding_lane_is_busy(
    brittle, new_worker, upload, faults
):
    (faults / "hold").touch()
    pictures = upload(*COLOURS)
    new_worker(lanes.EMBEDDING)
    for _ in range(lanes.EMBEDDING.threads):
        hint_workers()
    wait_until((faults / "entered").exists, what="the worker to be in mid-batch")
    trashed_at = timezone.now() - timedelta(days=settings.TRASH_DAYS + 1)
    Image.objects.filter(pk=pictures[0].pk).update(deleted_at=trashed_at)
    purge_expired.delay()
    time.sleep(1)
    assert waiting_messages(lanes.HOUSEKEEPING) == 1, "the embedding lane takes no other work"
    new_worker(lanes.HOUSEKEEPING)
    wait_until(
        lambda: not Image.objects.filter(pk=pictures[0].pk).exists(), what="the purge to run"
    )
    assert EmbeddingJob.objects.filter(claimed_at__isnull=False).exists(), "still embedding"
    (faults / "hold").unlink()
    wait_until(all_searchable(len(pictures) - 1), what="all others to be searchable")


def test_a_stopped_worker_releases_its_claims(brittle, new_worker, upload, faults):
    """A restart during an import must not delay its pictures until claims count as abandoned."""
    (faults / "hold").touch()
    pictures = upload(*COLOURS)
    worker = new_worker()
    hint_workers()
    wait_until((faults / "entered").exists, what="the worker to be in mid-batch")
    (faults / "hold").unlink()
    worker.stop()
    done = Embedding.objects.count()
    assert EmbeddingJob.objects.due().count() == len(pictures) - done
