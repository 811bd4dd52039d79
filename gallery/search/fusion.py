"""Reciprocal rank fusion: one order from several, without comparing their scores.

Cormack, Clarke and Büttcher, “Reciprocal Rank Fusion Outperforms Condorcet and Individual Rank
Learning Methods” (SIGIR 2009). Pure.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)

# The constant of the paper: how little the difference between first and second place counts
# beside being in two lists.
RANK_CONSTANT = 60


def fuse(*rankings: Sequence[Item]) -> list[Item]:
    """All items of the rankings, best first.

    Each place r (from 1) of each ranking is worth 1 / (60 + r). Equal sums go in the order of the
    first ranking that holds them, so the result is the same every time.
    """
    worth: dict[Item, float] = {}
    for ranking in rankings:
        for place, item in enumerate(dict.fromkeys(ranking), start=1):
            worth[item] = worth.get(item, 0.0) + 1.0 / (RANK_CONSTANT + place)
    return sorted(worth, key=lambda item: -worth[item])
