"""Reciprocal rank fusion: merge several rankings without comparing their scores.

Cormack, Clarke and Büttcher, “Reciprocal Rank Fusion Outperforms Condorcet and Individual Rank
Learning Methods” (SIGIR 2009). Pure.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)

# The constant of the paper. The larger it is, the less the difference between first and second
# place counts compared with being in two lists.
RANK_CONSTANT = 60


def fuse(*rankings: Sequence[Item]) -> list[Item]:
    """Return all items of the rankings, best first.

    Rank r (from 1) in a ranking is worth 1 / (60 + r). Equal sums keep the order of the first
    ranking that contains them, so the result is deterministic.
    """
    worth: dict[Item, float] = {}
    for ranking in rankings:
        for place, item in enumerate(dict.fromkeys(ranking), start=1):
            worth[item] = worth.get(item, 0.0) + 1.0 / (RANK_CONSTANT + place)
    return sorted(worth, key=lambda item: -worth[item])
