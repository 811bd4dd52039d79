"""Measure the line between good and less likely matches on a folder of captioned pictures.

Run: python -m benchmarks.strength FOLDER [--captions FILE.csv] [--groups FILE.json]

FOLDER contains pictures and captions.csv (columns file,caption; one caption per picture). --groups
names a JSON file: "groups" lists the captions of all answers to each query, and "unanswered" lists
queries that no picture answers (default: photo_groups.json, for 300 photographs of ImageNet
classes). Prints recall and precision of what is shown above the line for

* one: each caption as a query, whose only right answer is its picture;
* many: the queries of the groups, in libraries of which a given share are answers;
* none: the unanswered queries, with the number of pictures wrongly shown above the line;

in libraries of several sizes, and for comparison with each query's background alone. Then it prints
the strength of right answers, the results with pictures as queries, and what exclusion removes.
Needs no database.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
import numpy as np
from numpy.typing import NDArray

SIZES = (300, 100, 40, 20)
SHARES = (0.2, 0.5, 1.0)
# A random library for a given share contains at least this many answers.
MIN_ANSWERS = 10
BACKGROUND_ALONE = 3.3
FIRST_PAGE = 20
SEED = 7
Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Trial:
    """A query in a library: its vector, the pictures' rows, and which of them are right."""

    query: Rows
    pictures: NDArray[np.int64]
    right: NDArray[np.bool_]


@dataclass(frozen=True)
class Material:
    """Vectors of all pictures, of their captions, and of the queries by group; group members."""

    images: Rows
    captions: Rows
    groups: dict[str, tuple[Rows, NDArray[np.int64]]]
    unanswered: Rows
    ordinary: Rows
    quarters: Rows


def main() -> None:
    """Print one table after another."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--captions", type=Path)
    default = Path(__file__).with_name("photo_groups.json")
    parser.add_argument("--groups", type=Path, default=default)
    parser.add_argument("--encoder", default="starter")
    options = parser.parse_args()
    if options.folder is None:
        print("Pass a folder with pictures and captions.csv.")
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "searchsite.settings")
    django.setup()
    captions = options.captions or options.folder / "captions.csv"
    material = _encode(options.folder, captions, options.groups, key=options.encoder)
    _print_lines(material)
    _print_strengths(material)
    _print_pictures(material)
    _print_left_out(material)


def _encode(folder: Path, captions: Path, groups: Path, *, key: str) -> Material:
    import csv

    from PIL import Image

    from gallery.embedding.registry import load_encoder
    from gallery.search.reference import ORDINARY_QUERIES

    encoder = load_encoder(key)
    with captions.open(encoding="utf-8", newline="") as file:
        rows = [(row["file"], row["caption"]) for row in csv.DictReader(file)]
    images, quarters = [], []
    rng = np.random.default_rng(SEED)
    for name, _ in rows:
        picture = Image.open(folder / name).convert("RGB")
        images.append(encoder.prepare(picture))
        width, height = picture.width // 2, picture.height // 2
        x, y = int(rng.integers(width + 1)), int(rng.integers(height + 1))
        quarters.append(encoder.prepare(picture.crop((x, y, x + width, y + height))))
    place = {caption: index for index, (_, caption) in enumerate(rows)}
    data: dict[str, Any] = json.loads(groups.read_text(encoding="utf-8"))
    members = {q: np.array([place[c] for c in names]) for q, names in data["groups"].items()}
    texts = encoder.encode_texts(list(members))
    return Material(
        images=encoder.encode_prepared(images),
        captions=encoder.encode_texts([caption for _, caption in rows]),
        groups={q: (texts[n], members[q]) for n, q in enumerate(members)},
        unanswered=encoder.encode_texts(data["unanswered"]),
        ordinary=encoder.encode_texts(ORDINARY_QUERIES),
        quarters=encoder.encode_prepared(quarters),
    )


def _cutoffs(material: Material, trial: Trial, *, kind: str = "words") -> tuple[Any, Any]:
    """Return the scores of a trial and the cut-offs that a search would use."""
    from gallery.search.calibration import BACKGROUND_SIZE, Background
    from gallery.search.reference import choose_pictures, pictures_reference, words_reference

    scores = (material.images[trial.pictures] @ trial.query).astype(np.float64)
    chosen = choose_pictures([int(pk) for pk in trial.pictures])
    some = material.images[chosen]
    is_words = kind == "words"
    reference = (
        words_reference(some, texts=material.ordinary) if is_words else pictures_reference(some)
    )
    background = Background.of(scores[:BACKGROUND_SIZE].tolist())
    return scores, background.cutoffs(best=float(scores.max()), reference=reference)


def _background_alone(material: Material, trial: Trial) -> tuple[Any, float]:
    from gallery.search.calibration import Background

    scores = (material.images[trial.pictures] @ trial.query).astype(np.float64)
    background = Background.of(scores.tolist())
    return scores, background.median + BACKGROUND_ALONE * background.spread


def _scenarios(material: Material) -> Iterator[tuple[str, list[Trial]]]:
    everything = np.arange(len(material.images))
    rng = np.random.default_rng(SEED)
    sizes = [size for size in SIZES if size <= len(everything)]

    def draw(size: int, keep: NDArray[np.int64]) -> NDArray[np.int64]:
        others = rng.permutation(np.setdiff1d(everything, keep))[: size - len(keep)]
        return np.concatenate([keep, others])

    for size in sizes:
        trials = []
        for row, caption in enumerate(material.captions):
            pictures = draw(size, np.array([row]))
            trials.append(Trial(caption, pictures, pictures == row))
        yield f"one, of {size}", trials
    whole = [Trial(q, everything, np.isin(everything, m)) for q, m in material.groups.values()]
    yield f"many, of {len(everything)}", whole
    for share in SHARES:
        trials = []
        for query, members in material.groups.values():
            size = round(len(members) / share)
            if len(members) >= MIN_ANSWERS and size <= len(everything):
                pictures = draw(size, members)
                trials.append(Trial(query, pictures, np.isin(pictures, members)))
        yield f"many, {share:.0%} of it", trials
    nothing = np.array([], dtype=np.int64)
    for size in sizes:
        drawn = [draw(size, nothing) for _ in material.unanswered]
        yield (
            f"none, of {size}",
            [
                Trial(q, pictures, np.zeros(size, dtype=bool))
                for q, pictures in zip(material.unanswered, drawn, strict=True)
            ],
        )


def _print_lines(material: Material) -> None:
    print(f"{'above the line':20}{'recall':>8}{'precision':>11}{'wrong':>7}   background alone")
    for name, trials in _scenarios(material):
        ours = _quality(trials, lambda trial: _above(*_cutoffs(material, trial)))
        plain = _quality(
            trials, lambda trial: np.greater_equal(*_background_alone(material, trial))
        )
        print(f"{name:20}{_in_columns(ours)}{_in_columns(plain)}")


def _above(scores: NDArray[np.float64], cutoffs: Any) -> NDArray[np.bool_]:
    return np.asarray(scores >= cutoffs.fair)


def _quality(
    trials: Sequence[Trial], above: Callable[[Trial], NDArray[np.bool_]]
) -> tuple[float, float, float]:
    """Return the mean recall, the mean precision of queries that show anything, and the mean number
    of wrong pictures."""
    recalls, precisions, wrong = [], [], []
    for trial in trials:
        shown = above(trial)
        hits = int((shown & trial.right).sum())
        wrong.append(int(shown.sum()) - hits)
        if trial.right.any():
            recalls.append(hits / int(trial.right.sum()))
            if shown.any():
                precisions.append(hits / int(shown.sum()))
    return _mean(recalls), _mean(precisions), _mean(wrong)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _in_columns(quality: tuple[float, float, float]) -> str:
    recall, precision, wrong = quality
    return f"{recall:8.2f}{precision:11.2f}{wrong:7.1f}"


def _print_strengths(material: Material) -> None:
    """Print how right and wrong pictures are marked, in the whole library."""
    everything = np.arange(len(material.images))
    one = [Trial(c, everything, everything == n) for n, c in enumerate(material.captions)]
    many = [Trial(q, everything, np.isin(everything, m)) for q, m in material.groups.values()]
    none = [Trial(q, everything, everything < 0) for q in material.unanswered]
    print(f"\n{'marks':20}{'strong':>8}{'fair':>8}{'weak':>8}")
    for name, trials in (("one", one), ("many", many), ("none", none)):
        counts = {True: [0, 0, 0], False: [0, 0, 0]}
        silent = 0
        for trial in trials:
            scores, cutoffs = _cutoffs(material, trial)
            grade = np.where(scores >= cutoffs.strong, 0, np.where(scores >= cutoffs.fair, 1, 2))
            silent += int((grade > 0).all())
            for is_right, total in counts.items():
                for level in range(3):
                    total[level] += int(((grade == level) & (trial.right == is_right)).sum())
        if sum(counts[True]):
            shares = [count / sum(counts[True]) for count in counts[True]]
            print(f"{name + ', right':20}" + "".join(f"{share:8.0%}" for share in shares))
        each = [count / len(trials) for count in counts[False]]
        print(f"{name + ', wrong per query':20}" + "".join(f"{count:8.1f}" for count in each))
        print(f"{name + ', nothing strong':20}{silent / len(trials):8.0%}")


def _print_pictures(material: Material) -> None:
    """Print the results of a quarter of each picture as a query for it."""
    everything = np.arange(len(material.images))
    grades = [0, 0, 0]
    others = 0
    for row, quarter in enumerate(material.quarters):
        trial = Trial(quarter, everything, everything == row)
        scores, cutoffs = _cutoffs(material, trial, kind="pictures")
        grades[0 if scores[row] >= cutoffs.strong else 1 if scores[row] >= cutoffs.fair else 2] += 1
        others += int((scores >= cutoffs.fair).sum()) - int(scores[row] >= cutoffs.fair)
    shares = "".join(f"{grade / len(everything):8.0%}" for grade in grades)
    print(
        f"{'quarter, its source':20}{shares}   {others / len(everything):.1f} others above the line"
    )


def _print_left_out(material: Material) -> None:
    """Print groups without one of their members' captions, and without a smaller group."""
    from gallery.search.composition import Term, compose

    singles, groups = [], []
    for query, members in material.groups.values():
        if len(members) < 5:
            continue
        singles += [(query, members, material.captions[n], [n]) for n in members[:6]]
        groups += [
            (query, members, other, [*inner])
            for other, inner in material.groups.values()
            if set(inner) & set(members) and not set(members) <= set(inner)
        ]
    print(f"\n{'left out':28}{'remain in 20':>14}{'wanted lost':>13}")
    for name, cases in (("one of the answers", singles), ("a part of the answers", groups)):
        for is_dropped in (False, True):
            remain, lost = [], []
            for query, members, unwanted, inner in cases:
                everything = np.arange(len(material.images))
                scores, cutoffs = _cutoffs(material, Trial(unwanted, everything, everything < 0))
                drop = (scores >= cutoffs.shown) & is_dropped
                target = compose([Term(vector=query)], unwanted=[Term(vector=unwanted)])
                order = np.argsort(-(material.images @ target + np.where(drop, -9.0, 0.0)))
                first = [n for n in order[:FIRST_PAGE] if not drop[n]]
                remain.append(len(set(first) & set(inner)) / min(FIRST_PAGE, len(inner)))
                wanted = sorted(set(members.tolist()) - set(inner))
                lost.append(float(drop[wanted].mean()) if wanted else 0.0)
            how = "dropped" if is_dropped else "subtracted"
            print(f"{name + ', ' + how:34}{_mean(remain):8.1%}{_mean(lost):13.1%}")


if __name__ == "__main__":
    main()
