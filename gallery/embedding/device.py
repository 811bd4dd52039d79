"""Choose the device, precision and batch size for a model by measuring, not guessing.

Half precision is four times as fast on a processor with avx512_bf16 and slower on one without, and
the best batch size differs by model. So a few modes are timed once per machine and model (about two
seconds), and the fastest that agrees with full precision is stored in VAR_DIR/cache.
"""

from __future__ import annotations

import logging
import platform
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Literal, TypeVar, get_args

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from gallery.embedding.cachefiles import cache_path, read_json, write_json
from gallery.embedding.protocol import Vectors
from gallery.exceptions import EncoderUnavailable

logger = logging.getLogger(__name__)

Precision = Literal["fp32", "bf16"]

# Seconds that timing all modes may take when a model is first loaded.
TIMING_BUDGET_S = 2.0
# The cosine to full precision that a mode's vectors must reach.
MIN_AGREEMENT = 0.999
# Batch sizes worth timing. Small ones suit a processor's cache, large ones fill a GPU.
CPU_BATCHES = (4, 2, 8)
GPU_BATCHES = (64, 256)


@dataclass(frozen=True, kw_only=True)
class Mode:
    """One way to run a model."""

    device: str
    precision: Precision
    batch_size: int


Input = TypeVar("Input")
Output = TypeVar("Output")

# Runs the model once in a mode, on deterministic pictures in batches of `mode.batch_size`, and
# returns the vectors.
Trial = Callable[[Mode], Vectors]


def choose_device() -> str:
    """Return the device in EMBEDDING_DEVICE, or the best available: cuda, then mps, then cpu.

    Raise EncoderUnavailable when the setting names a device this machine lacks.
    """
    import torch

    wanted = str(settings.EMBEDDING_DEVICE).strip().lower() or "auto"
    if wanted == "auto":
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    kind = wanted.partition(":")[0]
    present = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if not present.get(kind, False):
        raise EncoderUnavailable(
            _(
                "EMBEDDING_DEVICE is “%(wanted)s”, which this machine does not have: "
                "set it to auto, cpu, cuda or mps."
            )
            % {"wanted": wanted}
        )
    return wanted


def use_threads() -> None:
    """Apply EMBEDDING_THREADS to this process."""
    import torch

    threads = settings.EMBEDDING_THREADS
    if threads > 0 and torch.get_num_threads() != threads:
        torch.set_num_threads(threads)


class Lanes:
    """Runs batches in parallel, each on one processor core, instead of one batch on all cores.

    This applies to texts too: on two busy cores, a query took 9 ms on one core and 320 ms on both.
    On idle cores the difference is negligible.

    Threads that share a batch wait for the slowest of them at every step of the network. On a
    machine with other work (a database, a web server, decoding) that makes it many times slower.
    Lanes never wait for each other, and on an idle machine they are about as fast.
    """

    def __init__(self) -> None:
        import torch

        use_threads()
        self.count = torch.get_num_threads()
        self._pool = ThreadPoolExecutor(self.count, thread_name_prefix="lane")
        together = threading.Barrier(self.count)

        def settle() -> None:
            torch.set_num_threads(1)
            together.wait()

        list(self._pool.map(lambda _: settle(), range(self.count)))
        # torch keeps the number for threads that start later, none of which are ours.
        torch.set_num_threads(self.count)

    def map(self, work: Callable[[Input], Output], batches: Iterable[Input]) -> list[Output]:
        """Return the results in order. Raise what `work` raised."""
        return list(self._pool.map(work, batches))


_lanes: list[Lanes] = []
_lanes_lock = threading.Lock()


def shared_lanes() -> Lanes:
    """Return the lanes of this process, which all encoders share. Never call `map` from inside
    one."""
    with _lanes_lock:
        if not _lanes:
            _lanes.append(Lanes())
        return _lanes[0]


def fixed_mode(*, cpu_batch: int, gpu_batch: int) -> Mode:
    """Return the mode of a model that needs no timing: full precision unless the settings say
    bf16."""
    device = choose_device()
    precision: Precision = "bf16" if _wanted_precision() == "bf16" else "fp32"
    usual = cpu_batch if device == "cpu" else gpu_batch
    return Mode(
        device=device, precision=precision, batch_size=settings.EMBEDDING_BATCH_SIZE or usual
    )


def _wanted_precision() -> str:
    """Return EMBEDDING_PRECISION after checking it."""
    precision = str(settings.EMBEDDING_PRECISION).strip().lower() or "auto"
    if precision != "auto" and precision not in get_args(Precision):
        raise EncoderUnavailable(
            _("EMBEDDING_PRECISION is “%(precision)s”: set it to auto, fp32 or bf16.")
            % {"precision": precision}
        )
    return precision


def modes_for(device: str) -> list[Mode]:
    """Return the modes worth timing, the reference (full precision, smallest change) first.

    EMBEDDING_PRECISION and EMBEDDING_BATCH_SIZE narrow the choice, to one when both are set.
    """
    precision = _wanted_precision()
    precisions: list[Precision] = ["fp32", "bf16"]
    if precision != "auto":
        precisions = ["fp32"] if precision == "fp32" else ["bf16"]
    batches: Sequence[int] = CPU_BATCHES if device == "cpu" else GPU_BATCHES
    if settings.EMBEDDING_BATCH_SIZE > 0:
        batches = (settings.EMBEDDING_BATCH_SIZE,)
    return [
        Mode(device=device, precision=each, batch_size=size)
        for size in batches
        for each in precisions
    ]


def choose_mode(key: str, *, trial: Trial) -> Mode:
    """Return the fastest mode for this model on this machine that agrees with full precision.

    Measured once and cached; a single allowed mode is taken without measuring.
    """
    modes = modes_for(choose_device())
    if len(modes) == 1:
        return modes[0]
    path = cache_path("mode", suffix=".json", depends_on=_circumstances(key, modes=modes))
    known = read_json(path)
    for mode in modes:
        if known == asdict(mode):
            return mode
    chosen = _fastest(modes, trial=trial)
    logger.info("%s runs as %s", key, chosen)
    write_json(path, asdict(chosen))
    return chosen


def _fastest(modes: Sequence[Mode], *, trial: Trial) -> Mode:
    """Time modes until the budget is spent. The first is the reference and is always timed."""
    started = time.perf_counter()
    reference = _reference(modes[0], trial=trial)
    best, best_rate = modes[0], 0.0
    distrusted: set[Precision] = set()
    for mode in modes:
        if best_rate and time.perf_counter() - started > TIMING_BUDGET_S:
            break
        if mode.precision in distrusted:
            continue
        try:
            agrees = _agreement(trial(mode), reference) >= MIN_AGREEMENT
            rate = _pictures_per_second(mode, trial=trial) if agrees else 0.0
        except (RuntimeError, NotImplementedError) as error:
            # A mode that this device cannot run, or not within its memory, is skipped.
            logger.info("%s cannot be used: %s", mode, error)
            continue
        if not agrees:
            distrusted.add(mode.precision)
        elif rate > best_rate:
            best, best_rate = mode, rate
    return best


def _reference(mode: Mode, *, trial: Trial) -> Vectors:
    return trial(replace(mode, precision="fp32"))


def _agreement(vectors: Vectors, reference: Vectors) -> float:
    """Return the least cosine between rows for the same pictures."""
    shared = min(len(vectors), len(reference))
    return float(np.einsum("ij,ij->i", vectors[:shared], reference[:shared]).min())


def _pictures_per_second(mode: Mode, *, trial: Trial) -> float:
    """Return the speed of the better of two runs: other load only makes runs slower."""
    rates = []
    for _attempt in range(2):
        started = time.perf_counter()
        rates.append(len(trial(mode)) / (time.perf_counter() - started))
    return max(rates)


def _circumstances(key: str, *, modes: Sequence[Mode]) -> dict[str, object]:
    """Return everything that the fastest mode depends on."""
    import torch

    device = modes[0].device
    on_gpu = device.startswith("cuda")
    return {
        "key": key,
        "modes": [asdict(mode) for mode in modes],
        "torch": torch.__version__,
        "processor": f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}",
        "bf16": _has_bf16_instructions(),
        "threads": torch.get_num_threads(),
        "gpu": torch.cuda.get_device_name(device) if on_gpu else "",
    }


def _has_bf16_instructions() -> bool:
    """Return whether the processor supports bf16 arithmetic, as far as torch knows."""
    import torch

    probe = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(probe()) if probe is not None else False
