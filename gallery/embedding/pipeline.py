"""One run over the queue: claim a batch and decode it in threads while the model encodes the
previous one.

Each step belongs to one encoder, and a failing encoder does not affect the others. Used by queue.py
only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from gallery.embedding import batch_encoding, outages
from gallery.embedding.claims import claim_jobs, give_back, record_failure, worker_name
from gallery.embedding.protocol import EncoderBackend
from gallery.embedding.registry import load_encoder, load_in_background
from gallery.exceptions import EncoderUnavailable
from gallery.models import Encoder, EncoderState

# Pictures claimed at a time: large enough to keep threads and device busy, small enough that the
# first results appear within a second and a dead worker delays little.
CLAIM_SIZE = 32
# Seconds to wait for loading encoders if there is nothing else to do. Otherwise the next run picks
# them up.
LOADING_PATIENCE_S = 1.0


@dataclass
class EmbedReport:
    """What one call did. `claimed` is 0 if there was nothing to do.

    `reasons` are by image id; `unavailable` says by key why an encoder was skipped.
    """

    claimed: int = 0
    embedded: int = 0
    failed: int = 0
    quarantined: int = 0
    reasons: dict[int, str] = field(default_factory=dict)
    unavailable: dict[str, str] = field(default_factory=dict)


class Pipeline:
    """One run, for one thread; `requested` is the only encoder to work for, None means all."""

    def __init__(
        self,
        requested: Encoder | None,
        *,
        limit: int,
        pool: ThreadPoolExecutor,
        should_stop: Callable[[], bool],
    ) -> None:
        self.report = EmbedReport()
        self._requested = requested
        self._left = limit
        self._pool = pool
        self._should_stop = should_stop
        self._loading: list[Future[EncoderBackend]] = []

    def run(self) -> Iterator[int]:
        """Work until the limit is reached or nothing is due. Yield how many pictures each batch
        finished.

        Raise EncoderUnavailable for the requested encoder, and any error of the picture store; all
        claims are released in both cases.
        """
        while True:
            yield from self._run_loaded()
            if (
                not self._loading
                or not wait(
                    self._loading, timeout=LOADING_PATIENCE_S, return_when=FIRST_COMPLETED
                ).done
            ):
                return

    def _run_loaded(self) -> Iterator[int]:
        current = self._next_batch()
        while current is not None:
            upcoming = None
            try:
                upcoming = self._next_batch()
                finished = self._finish(current)
            except EncoderUnavailable as error:
                give_back(current.jobs)
                finished = 0
                if upcoming is not None and upcoming.row == current.row:
                    give_back(upcoming.jobs)
                    upcoming = None
                self._skip(current.row, error)
                upcoming = upcoming or self._next_batch()
            except BaseException:
                give_back(current.jobs)
                if upcoming is not None:
                    give_back(upcoming.jobs)
                raise
            if finished:
                yield finished
            current = upcoming

    def _next_batch(self) -> batch_encoding.Batch | None:
        """Claim jobs and start decoding them. Return None if nothing is due or it is time to
        stop."""
        if self._left <= 0 or self._should_stop():
            return None
        loaded = self._loaded_encoders()
        jobs = claim_jobs(list(loaded), limit=min(CLAIM_SIZE, self._left), worker=worker_name())
        if not jobs:
            return None
        self._left -= len(jobs)
        row = jobs[0].encoder
        try:
            return batch_encoding.start(jobs, row=row, encoder=loaded[row], pool=self._pool)
        except BaseException:
            give_back(jobs)
            raise

    def _loaded_encoders(self) -> dict[Encoder, EncoderBackend]:
        """Return the encoders that have due jobs and are ready to work, the active one first.

        They are loaded before anything is claimed, because a claim that waits for a download looks
        abandoned.
        """
        self._loading = []
        rows = Encoder.objects.with_due_jobs()
        if self._requested is not None:
            rows = rows.filter(pk=self._requested.pk)
        loaded = {}
        for row in rows:
            if self._requested is None and outages.is_paused(row):
                continue
            try:
                encoder = self._load(row)
            except EncoderUnavailable as error:
                self._skip(row, error)
                continue
            if encoder is not None:
                loaded[row] = encoder
        return loaded

    def _load(self, row: Encoder) -> EncoderBackend | None:
        """Return None while it loads in the background: uploads don't wait for an encoder that is
        being built."""
        if self._requested is not None or row.state == EncoderState.ACTIVE:
            return load_encoder(row.key)
        future = load_in_background(row.key)
        if future.done():
            return future.result()
        self._loading.append(future)
        return None

    def _skip(self, row: Encoder, error: EncoderUnavailable) -> None:
        outages.record_outage(row, reason=error.sentence)
        self.report.unavailable[row.key] = error.sentence
        if self._requested is not None:
            raise error

    def _finish(self, batch: batch_encoding.Batch) -> int:
        """Run the model on a batch and record the outcome of each picture. Return how many
        finished."""
        outcome = batch_encoding.encode(batch)
        self.report.claimed += len(batch.jobs)
        self.report.embedded += batch_encoding.write_vectors(batch.jobs, outcome.vectors)
        for job in batch.jobs:
            reason = outcome.failures.get(job.image_id)
            if reason is not None and (failed := record_failure(job, reason=reason)):
                self.report.failed += 1
                self.report.reasons[job.image_id] = reason
                self.report.quarantined += failed.quarantined_at is not None
        outages.record_recovery(batch.row)
        return len(batch.jobs)
