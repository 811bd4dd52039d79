"""Compare the speed of ingest with what the machine can do. Run: python -m benchmarks.ingest
[FOLDER]

FOLDER contains photographs; without one, pictures of 12 megapixels are drawn. Every figure is a
ratio to a limit measured in the same run, because absolute speeds drift on shared machines:

* child: one picture through the decoder's child process, compared with the same work in this
  process;
* stores: writing a picture's four files durably, compared with writing them without any fsync;
* pipeline: pictures through the whole of ingest into PostgreSQL, compared with the limit of cores /
  core-seconds for decoding and copying one picture.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django

PICTURES = 48
# The size of a phone photograph.
SIZE = (4000, 3000)
# Number of pictures for the figures measured one picture at a time.
SAMPLES = 12


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER")
    parser.add_argument("--pictures", type=int, default=PICTURES)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "searchsite.settings")
    with tempfile.TemporaryDirectory() as scratch:
        _prepare_django(Path(scratch))
        files = _photographs(options.folder, Path(scratch), count=options.pictures)
        _measure(files)


def _prepare_django(scratch: Path) -> None:
    """Set up the site with its own stores and, later, its own database."""
    from django.conf import settings

    for name in ("originals", "renditions", "queries"):
        settings.STORAGES[name] = {
            "BACKEND": "gallery.ingest.storage.DurableFileSystemStorage",
            "OPTIONS": {"location": scratch / "stores" / name},
        }
    settings.FILE_UPLOAD_TEMP_DIR = scratch / "tmp"
    django.setup()


def _photographs(folder: Path | None, scratch: Path, *, count: int) -> list[Path]:
    """Return the first pictures of the folder, or drawn ones with the detail of a photograph."""
    if folder is not None:
        return sorted(file for file in folder.iterdir() if file.suffix == ".jpg")[:count]
    from PIL import Image

    drawn = scratch / "drawn"
    drawn.mkdir()
    for number in range(count):
        noise = Image.effect_noise((SIZE[0] // 4, SIZE[1] // 4), 60 + number)
        turned = [noise.rotate(90 * turn).resize(noise.size) for turn in range(3)]
        picture = Image.merge("RGB", turned).resize(SIZE, Image.Resampling.BICUBIC)
        picture.save(drawn / f"{number:03}.jpg", quality=90)
    return sorted(drawn.iterdir())


def _measure(files: list[Path]) -> None:
    size_mb = statistics.mean(file.stat().st_size for file in files) / 1e6
    print(f"{len(files)} pictures of {size_mb:.1f} MB, {os.cpu_count()} cores")
    bare_s = _measure_child(files[:SAMPLES])
    _measure_stores(files[0])
    _measure_pipeline(files, bare_s=bare_s)


def _measure_child(files: list[Path]) -> float:
    """Return the core-seconds of decoding and copying one picture in this process."""
    from gallery.ingest.decoder import decode
    from gallery.ingest.formats import JPEG
    from gallery.models import RENDITION_WIDTHS

    bare_s = _seconds_each(files, lambda file: _bare(file, RENDITION_WIDTHS))
    child_s = _seconds_each(
        files,
        lambda file: decode(file, picture_format=JPEG, name=file.name, widths=RENDITION_WIDTHS),
    )
    print(f"child: {child_s * 1e3:.1f} ms, bare {bare_s * 1e3:.1f} ms: {_of(bare_s, child_s)}")
    return bare_s


def _bare(file: Path, widths: tuple[int, ...]) -> None:
    """Do the decoder's own work, in this process."""
    from PIL import Image

    from gallery.ingest import exif, fingerprints, rendering

    with Image.open(file, formats=["JPEG"]) as image:
        exif.read_facts(image)
        shown = rendering.to_display(image, width=max(widths))
        rendering.webp_copies(shown, widths)
        fingerprints.average_color(shown)
        fingerprints.perceptual_hash(shown)


def _measure_stores(file: Path) -> None:
    from django.core.files.base import ContentFile

    from gallery.ingest.blobs import renditions_storage

    data, store = file.read_bytes(), renditions_storage()
    sizes = (len(data), 200_000, 50_000, 15_000)

    def write(number: int) -> None:
        for width, size in enumerate(sizes):
            store.save(f"{number:02x}/{number:02x}/x/{width}", ContentFile(data[:size]))

    durable_s = _seconds_each(range(SAMPLES), write)
    real_fsync = os.fsync
    os.fsync = lambda _descriptor: None  # type: ignore[assignment]
    try:
        plain_s = _seconds_each(range(SAMPLES, 2 * SAMPLES), write)
    finally:
        os.fsync = real_fsync
    print(
        f"stores: {durable_s * 1e3:.1f} ms for a picture's four files, without fsync"
        f" {plain_s * 1e3:.1f}: {_of(plain_s, durable_s)}"
    )


def _measure_pipeline(files: list[Path], *, bare_s: float) -> None:
    from django.conf import settings
    from django.db import connections
    from django.test.utils import setup_databases, teardown_databases

    from searchsite.embedded.postgres import ensure_running

    if settings.EMBEDDED_DATABASE:
        ensure_running(settings.VAR_DIR)
    connections["default"].settings_dict["TEST"]["NAME"] = "benchmark_ingest"
    before = setup_databases(verbosity=0, interactive=False)
    try:
        started = time.perf_counter()
        stored = _ingest(files)
        rate = stored / (time.perf_counter() - started)
    finally:
        teardown_databases(before, verbosity=0)
    roof = (os.cpu_count() or 1) / bare_s
    print(f"pipeline: {rate:.1f}/s, limit {roof:.1f}/s: {rate / roof:.2f}")


def _ingest(files: list[Path]) -> int:

    from gallery.ingest.bulk import Incoming, ingest_many
    from gallery.ingest.intake import Destination, Stored
    from gallery.models import Collection, Encoder, User

    owner = User.objects.create_user("bench")
    collection = Collection.objects.create(name="Bench", slug="bench", owner=owner)
    Encoder.objects.create(key="starter", dimension=640, state="active")
    incoming: Iterator[Any] = (Incoming(name=file.name, source=file) for file in files)
    outcomes = ingest_many(incoming, to=Destination(collection=collection, owner=owner))
    return sum(isinstance(outcome.result, Stored) for outcome in outcomes)


def _seconds_each(items: Any, work: Callable[[Any], object]) -> float:
    """Return the median time per item, after the first one, which warms up."""
    times = []
    for item in [*items[:1], *items]:
        started = time.perf_counter()
        work(item)
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])


def _of(floor: float, measured: float) -> str:
    return f"{floor / measured:.2f} of the bare speed"


if __name__ == "__main__":
    sys.exit(main())
