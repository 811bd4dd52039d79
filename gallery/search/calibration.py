"""Judge how good a score is, by comparing it with others of the same query and of ordinary queries.

A fixed threshold fails: good scores differ between queries and between encoders. Two comparisons
replace it, and a hit that passes either of them is good.

* With the scores of the same query on other pictures, its background. This finds a few
  answers among many pictures, but not many answers: they are the background then.
* With the scores of ordinary queries on the same pictures, the reference (reference.py). This
  shows up any number of answers, even where every picture is one.

A hit must also score close enough to the best one, so that the picture someone is looking for is
not followed by everything related to it. Pure; docs/quality.md has the measurements behind each
number.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gallery.search.results import Strength

# Pictures sampled as the background: enough to know the median to about a tenth of a deviation.
BACKGROUND_SIZE = 400
# With fewer pictures than this there is no background: all hits except exact names are fair.
MIN_BACKGROUND = 12
# Share of the highest scores left out of the deviation; always at least one.
TRIMMED_SHARE = 0.02
# MAD to standard deviation, for a normal distribution.
MAD_TO_DEVIATION = 1.4826
# The deviation may be this many times the one from the MAD; real scores have heavier tails than a
# normal distribution, and more than this comes from many right answers.
MAX_OVER_MAD = 1.3
# Cosine. Half precision and near-identical pictures make smaller differences meaningless.
MIN_SPREAD = 0.002


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a hit must reach: `deviations` above the background's median or
    `reference_deviations` above the reference's, and in any case `share_of_best`, a fraction of
    the distance from the middle to the best score."""

    deviations: float
    reference_deviations: float
    share_of_best: float


# Measured on 300 photographs (docs/quality.md, “Strong, fair, weak”).
STRONG = Rule(deviations=5.5, reference_deviations=4.5, share_of_best=0.7)
FAIR = Rule(deviations=3.8, reference_deviations=3.0, share_of_best=0.55)
# When a picture shows an unwanted thing clearly enough to exclude it. Stricter than fair, so that
# fewer wanted pictures are lost.
SHOWN = Rule(deviations=3.8, reference_deviations=3.0, share_of_best=0.65)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Scores of ordinary queries on the pictures: the upper quartile of their medians, and the
    spread within a query."""

    median: float
    spread: float


@dataclass(frozen=True, kw_only=True)
class Cutoffs:
    """The cosine scores from which a hit is strong, from which it is fair, and from which a picture
    shows the query clearly enough to be excluded when the query is unwanted."""

    strong: float
    fair: float
    shown: float = math.inf

    def judge(
        self, score: float | None, *, in_text: bool = False, is_exact: bool = False
    ) -> Strength:
        """Return the strength of a hit: strong if its name is exactly what was typed (`is_exact`),
        never weak if its text matches (`in_text`)."""
        if is_exact or (score is not None and score >= self.strong):
            return "strong"
        return "fair" if in_text or (score is not None and score >= self.fair) else "weak"


# Too few pictures to compare with.
UNJUDGED = Cutoffs(strong=math.inf, fair=-math.inf)


@dataclass(frozen=True, kw_only=True)
class Background:
    """The median and the spread of a query's scores on randomly chosen pictures."""

    median: float
    spread: float
    size: int

    @classmethod
    def of(cls, scores: Collection[float]) -> Background:
        """Build the background from the scores of a sample; an empty one judges nothing."""
        if not scores:
            return cls(median=0.0, spread=1.0, size=0)
        values = np.fromiter(scores, dtype=np.float64, count=len(scores))
        median = float(np.median(values))
        return cls(median=median, spread=robust_spread(values - median), size=len(values))

    def cutoffs(self, *, best: float | None, reference: Reference | None = None) -> Cutoffs:
        """Return the cut-off scores of a query whose best hit scores `best` (None: no hits)."""
        if self.size < MIN_BACKGROUND or best is None:
            return UNJUDGED
        return Cutoffs(
            strong=self._cutoff(STRONG, best=best, reference=reference),
            fair=self._cutoff(FAIR, best=best, reference=reference),
            shown=self._cutoff(SHOWN, best=best, reference=reference),
        )

    def _cutoff(self, rule: Rule, *, best: float, reference: Reference | None) -> float:
        middle = self.median
        cutoff = self.median + rule.deviations * self.spread
        if reference is not None:
            # A median above those of ordinary queries means that there are many right answers.
            middle = min(middle, reference.median)
            cutoff = min(cutoff, middle + rule.reference_deviations * reference.spread)
        return max(cutoff, middle + rule.share_of_best * (best - middle))


def robust_spread(differences: NDArray[np.float64]) -> float:
    """Return the deviation of differences from a middle, robust against right answers.

    The highest differences, which may be answers, are left out, and the result is capped at
    MAX_OVER_MAD times the deviation from the MAD. So a few answers in a library of twenty pictures
    or of thousands do not hide each other, and queries whose scores naturally scatter widely are
    judged more strictly.
    """
    count = differences.size
    trimmed = max(1, round(TRIMMED_SHARE * count))
    kept = np.sort(differences, axis=None)[: max(count - trimmed, 1)]
    deviation = float(np.sqrt(np.mean(kept**2)))
    from_mad = MAD_TO_DEVIATION * float(np.median(np.abs(differences)))
    return max(min(deviation, MAX_OVER_MAD * from_mad), MIN_SPREAD)
