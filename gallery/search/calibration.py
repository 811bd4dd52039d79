"""How good is a score? Judged against other scores of the same query, and of ordinary queries.

A fixed limit fails: good scores differ from query to query and from encoder to encoder. Two
comparisons replace it, and a hit that passes one of them is good.

* Against the scores of this very query on other pictures, its background. That shows up a few
  answers among many pictures, but not many answers: they are the background then.
* Against the scores of ordinary queries on the same pictures, the reference (reference.py). That
  shows up any number of answers, even where every picture is one.

A hit must also come near enough to the best one, so that the picture somebody looks for is not
followed by all its relatives. Pure; docs/quality.md has the measurements behind each number.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gallery.search.results import Strength

# Pictures sampled as the background: the median is then known to about a tenth of a deviation.
BACKGROUND_SIZE = 400
# Fewer pictures than this are no background: all hits are fair, but for exact names.
MIN_BACKGROUND = 12
# Share of the highest scores left out of the deviation; always at least one.
TRIMMED_SHARE = 0.02
# MAD to standard deviation, for a normal distribution.
MAD_TO_DEVIATION = 1.4826
# The deviation may be this many times the one from the MAD; real scores have heavier tails than a
# normal distribution, and more than this comes from many right answers.
MAX_OVER_MAD = 1.3
# Cosine: half precision and near-identical pictures make smaller differences meaningless.
MIN_SPREAD = 0.002


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a hit must reach: `deviations` above the background's median, or
    `reference_deviations` above the reference's; and in any case `share_of_best`, the part of the
    way from the middle to the best score."""

    deviations: float
    reference_deviations: float
    share_of_best: float


# Measured on 300 photographs (docs/quality.md, “Strong, fair, weak”).
STRONG = Rule(deviations=5.5, reference_deviations=4.5, share_of_best=0.7)
FAIR = Rule(deviations=3.8, reference_deviations=3.0, share_of_best=0.55)
# What shows an unwanted thing for sure enough to leave it out: less is lost that is wanted.
SHOWN = Rule(deviations=3.8, reference_deviations=3.0, share_of_best=0.65)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Scores of ordinary queries on the pictures: a high median among theirs (three in four lie
    below), and the spread within one query."""

    median: float
    spread: float


@dataclass(frozen=True, kw_only=True)
class Cutoffs:
    """The cosine scores from which a hit is strong, from which it is fair, and from which a picture
    shows what was asked for surely enough to leave it out when that is unwanted."""

    strong: float
    fair: float
    shown: float = math.inf

    def judge(
        self, score: float | None, *, in_text: bool = False, is_exact: bool = False
    ) -> Strength:
        """The strength of a hit: strong when its name is exactly what was typed (`is_exact`),
        never weak when its text was found (`in_text`)."""
        if is_exact or (score is not None and score >= self.strong):
            return "strong"
        return "fair" if in_text or (score is not None and score >= self.fair) else "weak"


# Too few pictures to compare with.
UNJUDGED = Cutoffs(strong=math.inf, fair=-math.inf)


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
        return cls(median=median, spread=robust_spread(values - median), size=len(values))

    def cutoffs(self, *, best: float | None, reference: Reference | None = None) -> Cutoffs:
        """The cut-off scores of the query whose best hit scores `best` (None: no hits)."""
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
            # A median above those of ordinary queries comes from many right answers.
            middle = min(middle, reference.median)
            cutoff = min(cutoff, middle + rule.reference_deviations * reference.spread)
        return max(cutoff, middle + rule.share_of_best * (best - middle))


def robust_spread(differences: NDArray[np.float64]) -> float:
    """The deviation of differences from a middle, without the highest, which may be answers, and
    never far above what the median distance gives: a few answers in a library of twenty pictures
    or of thousands do not hide each other, and queries whose scores scatter widely by nature are
    judged more strictly."""
    count = differences.size
    trimmed = max(1, round(TRIMMED_SHARE * count))
    kept = np.sort(differences, axis=None)[: max(count - trimmed, 1)]
    deviation = float(np.sqrt(np.mean(kept**2)))
    from_mad = MAD_TO_DEVIATION * float(np.median(np.abs(differences)))
    return max(min(deviation, MAX_OVER_MAD * from_mad), MIN_SPREAD)
