"""Compare the speed of embedding with what the machine can do. Run: python -m benchmarks.embedding

Every figure is a ratio to a limit measured in the same run, because absolute speeds drift on shared
machines:

* encode: pictures through `encode_prepared`, compared with the bare forward loop on a ready batch;
* pipeline: pictures through the whole queue (claim, read, decode, encode, write, delete), compared
  with the limit of cores / (core-seconds of decoding + core-seconds of the forward pass), each
  measured alone;
* text: one query through `encode_texts`, compared with the bare text tower; and for a causal CLIP,
  the text cut at its end compared with the text padded to 77 tokens.

`--openclip` measures ViT-B/32 with random weights in place of the starter: the same work without a
download.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
import numpy as np

PICTURES = 192
# As large as phone photographs, so that decoding has its real cost.
SIZE = (1600, 1200)
COPY_WIDTHS = (320, 640, 1600)
# Batches in one round of the forward loop, enough to keep any number of cores busy.
LANES = 8


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--openclip", action="store_true", help="ViT-B/32 with random weights.")
    parser.add_argument("--pictures", type=int, default=PICTURES)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "searchsite.settings")
    django.setup()
    with tempfile.TemporaryDirectory() as folder:
        key = _random_vit_b_32(Path(folder)) if options.openclip else "starter"
        _measure(key, pictures=options.pictures, folder=Path(folder))


def _measure(key: str, *, pictures: int, folder: Path) -> None:
    import torch

    from gallery.embedding.registry import load_encoder

    started = time.perf_counter()
    encoder = load_encoder(key)
    encoder.encode_texts(["a cat"])
    print(f"{key}: first text {time.perf_counter() - started:.2f} s after asking for the encoder")
    started = time.perf_counter()
    batch = encoder.batch_size
    print(f"first picture tower {time.perf_counter() - started:.2f} s, batches of {batch}")

    from gallery.embedding.preprocessing import sample_card

    height, width = encoder.prepare(_photograph(0)).shape[:2]
    ready = list(sample_card(batch, height=height, width=width))
    # On a processor, batches run in parallel; one at a time would leave cores idle.
    together = 1 if torch.cuda.is_available() else LANES
    forward_s = _seconds(_bare_forward(encoder, np.stack(ready))) / batch / together
    encode_s = _seconds(lambda: encoder.encode_prepared(ready * together)) / batch / together
    print(
        f"encode: {1 / encode_s:.1f}/s bare forward loop {1 / forward_s:.1f}/s: "
        f"{forward_s / encode_s:.2f}"
    )
    _measure_texts(encoder)
    _measure_pipeline(
        key, encoder, pictures=pictures, folder=folder, forward_s=forward_s,
        cores=torch.get_num_threads(),
    )  # fmt: skip


def _bare_forward(encoder: Any, batch: Any) -> Callable[[], object]:
    """Run the model alone: no stacking, no normalising, no NumPy conversion of the output."""
    import torch

    from gallery.embedding.device import shared_lanes
    from gallery.embedding.openclip import OpenClipEncoder

    if isinstance(encoder, OpenClipEncoder):
        mode, model = encoder.mode, encoder._model
        dtype = torch.bfloat16 if mode.precision == "bf16" else torch.float32
        tensor = torch.from_numpy(batch).to(mode.device).permute(0, 3, 1, 2).to(dtype) / 255
        lanes = shared_lanes() if mode.device == "cpu" else None

        def encode(_: object) -> Any:
            with torch.inference_mode():
                return model.encode_image(tensor).float().cpu()

        return lambda: lanes.map(encode, range(LANES)) if lanes else encode(None)
    network, mode, lanes = encoder._image_tower()
    tensor = torch.from_numpy(batch).to(mode.device).permute(0, 3, 1, 2).float() / 127.5 - 1
    dtype = torch.bfloat16 if mode.precision == "bf16" else torch.float32
    tensor = tensor.to(dtype, memory_format=torch.channels_last)

    def forward(_: object) -> Any:
        with torch.inference_mode():
            return network(tensor).float().cpu()

    return lambda: lanes.map(forward, range(LANES)) if lanes else forward(None)


def _measure_texts(encoder: Any) -> None:
    from gallery.embedding.openclip import OpenClipEncoder

    words = ["two dogs playing on a beach"]
    whole = _seconds(lambda: encoder.encode_texts(words), runs=30)
    if isinstance(encoder, OpenClipEncoder):
        cut, encoder._causal = encoder._causal, None
        padded = _seconds(lambda: encoder.encode_texts(words), runs=30)
        encoder._causal = cut
        print(f"text: {whole * 1e3:.1f} ms, padded {padded * 1e3:.1f} ms: {padded / whole:.1f}x")
        return
    sentences, _ = encoder._text_tower()
    tokens = [sentences.tokenizer.encode(words[0]).ids]
    bare = _seconds(lambda: sentences._forward(tokens), runs=30)
    print(f"text: {whole * 1e3:.1f} ms, bare tower {bare * 1e3:.1f} ms: {bare / whole:.2f}")


def _measure_pipeline(
    key: str, encoder: Any, *, pictures: int, folder: Path, forward_s: float, cores: int
) -> None:
    from django.conf import settings
    from django.db import connections
    from django.test.utils import override_settings, setup_databases, teardown_databases

    from searchsite.embedded.postgres import ensure_running

    if settings.EMBEDDED_DATABASE:
        ensure_running(settings.VAR_DIR)
    connections["default"].settings_dict["TEST"]["NAME"] = "benchmark_embedding"
    storages = {
        name: {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder / name},
        }
        for name in settings.STORAGES
    }
    with override_settings(STORAGES=storages):
        before = setup_databases(verbosity=0, interactive=False)
        try:
            decode_s = _store_pictures(key, encoder, count=pictures)
            _drain(pictures, decode_s=decode_s, forward_s=forward_s, cores=cores)
        finally:
            teardown_databases(before, verbosity=0)


def _drain(pictures: int, *, decode_s: float, forward_s: float, cores: int) -> None:
    """Time the whole queue and compare it with the limit of its parts."""
    from gallery.embedding.queue import embed_pending
    from gallery.models import Encoder

    started = time.perf_counter()
    report = embed_pending(limit=pictures, encoder=Encoder.objects.active())
    rate = report.embedded / (time.perf_counter() - started)
    # The forward pass keeps all cores busy, so its wall time counts once for each.
    roof = cores / (decode_s + cores * forward_s)
    print(f"decode and prepare: {decode_s * 1e3:.1f} ms per picture on one core")
    print(f"pipeline: {rate:.1f}/s, limit {roof:.1f}/s: {rate / roof:.2f}")


def _store_pictures(key: str, encoder: Any, *, count: int) -> float:
    """Store pictures with their copies and queue them. Return the core-seconds of reading one."""
    from django.core.files.base import ContentFile
    from django.core.files.storage import storages

    from gallery.embedding.stored import read_picture, sources_of
    from gallery.models import Collection, EmbeddingJob, Encoder, Image, User

    owner = User.objects.create_user("bench")
    collection = Collection.objects.create(name="Bench", slug="bench", owner=owner)
    Encoder.objects.create(key=key, dimension=encoder.spec.dimension, state="active")
    for number in range(count):
        picture = _photograph(number)
        image = Image.objects.create(
            collection=collection, owner=owner, sha256=f"{number:064x}",
            original=f"{number}.jpg", media_type="image/jpeg", width=SIZE[0], height=SIZE[1],
            size_bytes=1, original_name=f"{number}.jpg",
        )  # fmt: skip
        for width in COPY_WIDTHS:
            copy = io.BytesIO()
            picture.resize((width, width * SIZE[1] // SIZE[0])).save(copy, "WEBP", method=0)
            name = image.rendition_name(width)
            storages["renditions"].save(name, ContentFile(copy.getvalue()))
        EmbeddingJob.objects.enqueue(image)
    images = list(Image.objects.all()[:32])
    side = encoder.spec.image_size
    started = time.perf_counter()
    for image in images:
        encoder.prepare(read_picture(sources_of(image, at_least=side), at_least=side))
    return (time.perf_counter() - started) / len(images)


def _photograph(number: int) -> Any:
    """Return an array with the detail of a photograph, different for each number."""
    from PIL import Image as PillowImage

    random = np.random.default_rng(number)
    patches = PillowImage.fromarray(random.integers(0, 256, (90, 120, 3), dtype=np.uint8))
    return patches.resize(SIZE, PillowImage.Resampling.BICUBIC)


def _seconds(work: Callable[[], object], *, runs: int = 12) -> float:
    """Return the median time of some runs, after one to warm up."""
    work()
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _random_vit_b_32(folder: Path) -> str:
    """Return a checkpoint with the shape of the default model and random weights."""
    import open_clip
    import torch

    file = folder / "random.pt"
    torch.save(open_clip.create_model("ViT-B-32", load_weights=False).state_dict(), file)
    return f"openclip:ViT-B-32/{file}"


if __name__ == "__main__":
    main()
