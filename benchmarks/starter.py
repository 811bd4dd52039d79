"""Measure the starter encoder's design choices. Run: python -m benchmarks.starter [FOLDER]

FOLDER contains photographs and a captions.csv (columns file,caption); the default is
../shared/photos. For each choice, it prints

* words: the share of captions that find their picture first, and among the first ten;
* part: the share of random quarters of pictures that find their source first;
* both: the share of queries made of a quarter of one picture and the caption of another that find
  both among the first five.
"""

from __future__ import annotations

import csv
import os
import sys
from itertools import product
from pathlib import Path
from typing import Any

import django
import numpy as np

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "photos"
QUARTERS = 2


def main() -> None:
    """Encode everything once, then score each choice from the stored features."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_FOLDER
    if not (folder / "captions.csv").is_file():
        print(f"No captions.csv in {folder}. Pass a folder with photographs and captions.")
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "searchsite.settings")
    django.setup()
    with (folder / "captions.csv").open() as file:
        rows = list(csv.DictReader(file))
    facts = _facts(folder, rows)
    print(f"{len(rows)} photographs")
    print("temperature  classes  words@1 words@10")
    for temperature, kept in product((1.0, 1.5, 2.0, 3.0), (10, 50, 200)):
        first, ten = _words(facts, temperature=temperature, kept=kept)
        print(f"{temperature:11}  {kept:7}  {first:7.3f} {ten:8.3f}")
    print("look width  share  part@1  both@5")
    for width, share in product((128, 256, 512), (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8)):
        part, both = _pictures(facts, width=width, share=share)
        print(f"{width:10}  {share:5}  {part:6.3f}  {both:6.3f}")


def _facts(folder: Path, rows: list[dict[str, str]]) -> dict[str, Any]:
    from PIL import Image as PillowImage

    from gallery.embedding.starter import load

    encoder = load("starter")
    random = np.random.default_rng(0)
    wholes, quarters = [], []
    for row in rows:
        picture = PillowImage.open(folder / row["file"]).convert("RGB")
        wholes.append(encoder.prepare(picture))
        half_width, half_height = picture.width // 2, picture.height // 2
        for _ in range(QUARTERS):
            left = int(random.integers(0, half_width + 1))
            top = int(random.integers(0, half_height + 1))
            box = (left, top, left + half_width, top + half_height)
            quarters.append(encoder.prepare(picture.crop(box)))
    sentences, space = encoder._text_tower()
    captions = sentences.encode([row["caption"] for row in rows])
    return {
        "space": space,
        "captions": space.place_texts(captions)[:, : len(space.mean)],
        "wholes": _features(encoder, wholes),
        "quarters": _features(encoder, quarters),
    }


def _features(encoder: Any, pixels: list[Any]) -> tuple[Any, Any]:
    from gallery.embedding.starter_image import run_network

    network, mode, _ = encoder._image_tower()
    parts = [
        run_network(
            network,
            np.stack(pixels[start : start + mode.batch_size]),
            device=mode.device,
            precision=mode.precision,
        )
        for start in range(0, len(pixels), mode.batch_size)
    ]
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def _meaning(
    facts: dict[str, Any], logits: Any, *, temperature: float = 2.0, kept: int = 50
) -> Any:
    from gallery.embedding.protocol import unit_rows

    scaled = logits / temperature
    weights = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    dropped = np.argsort(-weights, axis=1)[:, kept:]
    np.put_along_axis(weights, dropped, 0.0, axis=1)
    return unit_rows(weights @ facts["space"].classes)


def _words(facts: dict[str, Any], *, temperature: float, kept: int) -> tuple[float, float]:
    pictures = _meaning(facts, facts["wholes"][1], temperature=temperature, kept=kept)
    ranks = _ranks(facts["captions"], pictures, np.arange(len(pictures)))
    return float((ranks < 1).mean()), float((ranks < 10).mean())


def _pictures(facts: dict[str, Any], *, width: int, share: float) -> tuple[float, float]:
    def place(features: Any, logits: Any) -> Any:
        from gallery.embedding.protocol import unit_rows

        look = unit_rows(features @ facts["space"].look[:, :width])
        meaning = _meaning(facts, logits)
        return np.hstack([np.sqrt(1 - share) * meaning, np.sqrt(share) * look])

    wholes, quarters = place(*facts["wholes"]), place(*facts["quarters"])
    own = np.repeat(np.arange(len(wholes)), QUARTERS)
    part = float((_ranks(quarters, wholes, own) < 1).mean())
    # Each picture is paired with the caption of another one.
    other = np.roll(np.arange(len(wholes)), 1)
    captions = np.pad(facts["captions"][other], ((0, 0), (0, width)))
    mixed = captions + quarters[::QUARTERS]
    found = [_ranks(mixed, wholes, target) < 5 for target in (np.arange(len(wholes)), other)]
    return part, float((found[0] & found[1]).mean())


def _ranks(queries: Any, pictures: Any, targets: Any) -> Any:
    scores = queries @ pictures.T
    own = scores[np.arange(len(queries)), targets]
    return (scores > own[:, None]).sum(axis=1)


if __name__ == "__main__":
    main()
