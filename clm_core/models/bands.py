"""Intervals for a customer's outcome, read off how far earlier predictions missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
LEVEL, WIDE_LEVEL = 0.8, 0.95
"""Levels of the intervals of every score."""
BIN_ROWS = 100
"""Rows a bin needs, so that both of its ends are seen outcomes even at the wider level."""


@dataclass(frozen=True)
class OutcomeBands:
    """For bins of the prediction, the multiples of it between which a share ``level`` of outcomes fell."""

    edges: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, predicted: ArrayLike, actual: ArrayLike, level: float = LEVEL) -> OutcomeBands:
        """Learn from out-of-time predictions and what then happened.

        Split conformal prediction with bins of the prediction as groups (Vovk 2012, Conditional validity of inductive conformal
        predictors); the score is outcome ÷ prediction, so a band scales with the customer. Outcomes below zero count as zero.
        Where more than the lower tail had no outcome at all, the band begins at zero and the whole chance to miss lies above it.
        """
        p = np.maximum(np.asarray(predicted, dtype=float), 1e-9)
        ratio = np.maximum(np.asarray(actual, dtype=float), 0.0) / p
        n_bins = int(np.clip(len(p) // BIN_ROWS, 1, 20))
        edges = np.unique(np.quantile(p, np.arange(1, n_bins) / n_bins)) if n_bins > 1 else np.empty(0)
        bins = np.searchsorted(edges, p, side="right")
        members = [ratio[bins == k] if np.any(bins == k) else ratio for k in range(len(edges) + 1)]
        ends = np.array([_ends(np.sort(m), 1 - level) for m in members])
        return cls(edges=edges, low=ends[:, 0], high=ends[:, 1])

    def around(self, predicted: ArrayLike) -> tuple[Floats, Floats]:
        """Low and high end for each prediction; the prediction itself is always inside."""
        p = np.asarray(predicted, dtype=np.float64)
        bins = np.searchsorted(self.edges, np.maximum(p, 1e-9), side="right")
        return np.minimum(p * self.low[bins], p), np.maximum(p * self.high[bins], p)


def _ends(ordered: Floats, miss: float) -> tuple[float, float]:
    """The ratios undercut and exceeded with half the chance to miss, one place further out for the finite sample."""
    low = ordered[max(_place(miss / 2, len(ordered)), 1) - 1]
    tail = miss if low == 0 else miss / 2
    return float(low), float(ordered[len(ordered) - max(_place(tail, len(ordered)), 1)])


def _place(tail: float, n: int) -> int:
    return int(np.floor(tail * (n + 1)))
