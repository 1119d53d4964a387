"""How far a group agrees on an ordinal scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Spread:
    """The answers of one question: how many, the middle, the middle half, and how far they agree (0 to 1)."""

    n: int
    median: float
    low_quartile: float
    high_quartile: float
    consensus: float

    @property
    def iqr(self) -> float:
        """Width of the middle half."""
        return self.high_quartile - self.low_quartile


def consensus(scores: ArrayLike, lowest: int, highest: int) -> float:
    """Agreement of ordinal scores between 0 and 1: 1 when all are the same, 0 when half stand at each end.

    Cns = 1 + Σ pᵢ log₂(1 − |xᵢ − μ| / d), with μ the mean and d the width of the scale (Tastle & Wierman 2007, "Consensus and
    dissention: a measure of ordinal dispersion", International Journal of Approximate Reasoning 45). NaN without a score.
    """
    x = np.asarray(scores, dtype=np.float64)
    if not x.size:
        return float("nan")
    distance = np.abs(x - x.mean()) / (highest - lowest)
    # a sum of many terms may leave the interval by a rounding error
    return float(min(max(1 + np.mean(np.log2(1 - distance)), 0.0), 1.0))


def spread(scores: ArrayLike, lowest: int, highest: int) -> Spread:
    """Median, quartiles (linear interpolation) and consensus of scores; NaN without any."""
    x = np.asarray(scores, dtype=np.float64)
    if not x.size:
        return Spread(0, *[float("nan")] * 4)
    low, middle, high = np.percentile(x, [25, 50, 75])
    return Spread(int(x.size), float(middle), float(low), float(high), consensus(x, lowest, highest))
