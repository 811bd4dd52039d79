"""The lanes of background work: which tasks wait in which queue, and how workers serve them.

A long import fills the embedding lane for hours, so work that must run on time waits in another
queue with other threads. Give a new kind of long work its own lane: add it to LANES, and the
routes, the workers of `make run` and their names follow.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A queue, the tasks that wait in it, and the threads of each worker that serves it."""

    queue: str
    tasks: tuple[str, ...]
    threads: int


# One thread embeds batch after batch, and the model uses every core by itself. The second one
# continues with new uploads while the first makes an encoder's index, which takes minutes.
EMBEDDING = Lane(queue="embedding", tasks=("gallery.embed_pending",), threads=2)
# Two, so that a long purge, or an index replaced after an upgrade, does not delay the sweep, which
# runs every half minute.
HOUSEKEEPING = Lane(
    queue="housekeeping",
    tasks=(
        "gallery.sweep_embedding_jobs",
        "gallery.replace_old_indexes",
        "gallery.remove_encoders",
        "gallery.purge_expired",
        "gallery.render_missing_copies",
    ),
    threads=2,
)
LANES = (EMBEDDING, HOUSEKEEPING)

# For Celery: the queue of each task.
TASK_ROUTES = {task: {"queue": lane.queue} for lane in LANES for task in lane.tasks}
