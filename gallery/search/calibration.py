"""How good is a score? Judged against the scores of the same query on other pictures.

A fixed threshold fails: good scores differ from query to query and from encoder to encoder. What
holds is that most pictures are no answer. Their scores for this very query are its background; a
hit counts as far as it stands out of it, in robust standard deviations (median and MAD, which the
few right answers among them do not move). Pure; docs/quality.md tells how the limits were measured.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from gallery.search.results import Strength

# Pictures sampled as the background: the median is then known to about a tenth of a deviation.
BACKGROUND_SIZE = 400
# Fewer than this are no background: nothing is called strong or weak by them.
LEAST_BACKGROUND = 12
# Robust standard deviations above the background's median.
STRONG_FROM = 4.0
FAIR_FROM = 2.5
# MAD to standard deviation, for a normal distribution.
MAD_TO_DEVIATION = 1.4826
# Cosine: half precision and near-identical pictures make smaller differences meaningless.
LEAST_SPREAD = 0.002


@dataclass(frozen=True, kw_only=True)
class Background:
    """The middle and the spread of a query's scores on pictures taken at random."""

    median: float
    spread: float
    size: int

    @classmethod
    def of(cls, scores: Collection[float]) -> Background:
        """From the scores of a sample; without any it judges nothing."""
        if not scores:
            return cls(median=0.0, spread=1.0, size=0)
        values = np.fromiter(scores, dtype=np.float64, count=len(scores))
        median = float(np.median(values))
        spread = MAD_TO_DEVIATION * float(np.median(np.abs(values - median)))
        return cls(median=median, spread=max(spread, LEAST_SPREAD), size=len(values))

    def deviations(self, score: float) -> float:
        """How many robust standard deviations a score lies above the middle."""
        return (score - self.median) / self.spread

    def judge(self, score: float | None, *, in_text: bool = False) -> Strength:
        """The strength of a hit. One whose text was found is never weak; without a background
        to compare with, all are fair."""
        if score is None or self.size < LEAST_BACKGROUND:
            return "fair"
        deviations = self.deviations(score)
        if deviations >= STRONG_FROM:
            return "strong"
        return "fair" if in_text or deviations >= FAIR_FROM else "weak"
