"""How good is a score? Judged against the scores of the same query on other pictures.

A fixed threshold fails: good scores differ from query to query and from encoder to encoder. What
holds is that most pictures are no answer. Their scores for this very query are its background, and
a hit counts as far as it stands out of it, in deviations from its middle.

The middle is the median. The deviation is that of the sample without its highest scores, which may
be the answers, and never far above the one that the median distance gives: so a few answers or
many, in a library of twenty pictures or of thousands, do not hide each other, while a query whose
scores scatter widely by nature is judged more strictly. Pure; docs/quality.md has the measurements.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gallery.search.results import Strength

# Pictures sampled as the background: the median is then known to about a tenth of a deviation.
BACKGROUND_SIZE = 400
# Fewer than this are no background: nothing is called strong or weak by them.
MIN_BACKGROUND = 12
# Deviations above the middle. Measured on 300 photographs: at 5 two right answers in three are
# strong, and four in five queries without an answer show nothing strong; at 3.3 nine right answers
# in ten are above the fold, with two wrong pictures a query.
STRONG_FROM = 5.0
FAIR_FROM = 3.3
# Share of the highest scores left out of the deviation; always at least one.
LEFT_OUT = 0.02
# MAD to standard deviation, for a normal distribution.
MAD_TO_DEVIATION = 1.4826
# The deviation may be this many times the one from the MAD; real scores have heavier tails than a
# normal distribution, and more than this comes from many right answers.
MAX_OVER_MAD = 1.3
# Cosine: half precision and near-identical pictures make smaller differences meaningless.
MIN_SPREAD = 0.002


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
        return cls(median=median, spread=_spread(values, median=median), size=len(values))

    def deviations(self, score: float) -> float:
        """How many deviations a score lies above the middle."""
        return (score - self.median) / self.spread

    def judge(self, score: float | None, *, in_text: bool = False) -> Strength:
        """The strength of a hit. One whose text was found is never weak; without a background
        to compare with, all are fair."""
        if score is None or self.size < MIN_BACKGROUND:
            return "fair"
        deviations = self.deviations(score)
        if deviations >= STRONG_FROM:
            return "strong"
        return "fair" if in_text or deviations >= FAIR_FROM else "weak"


def _spread(values: NDArray[np.float64], *, median: float) -> float:
    left_out = max(1, round(LEFT_OUT * len(values)))
    kept = np.sort(values)[: max(len(values) - left_out, 1)]
    deviation = float(np.sqrt(np.mean((kept - median) ** 2)))
    robust = MAD_TO_DEVIATION * float(np.median(np.abs(values - median)))
    return max(min(deviation, MAX_OVER_MAD * robust), MIN_SPREAD)
