"""Intervals for a customer's outcome, read off how far earlier predictions missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
LEVEL = 0.8


@dataclass(frozen=True)
class OutcomeBands:
    """For bins of the prediction, the multiples of it between which 80 % of outcomes fell."""

    edges: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, predicted: ArrayLike, actual: ArrayLike, level: float = LEVEL) -> OutcomeBands:
        """Learn from out-of-time predictions and what then happened.

        Split conformal prediction with bins of the prediction as groups (Vovk 2012, Conditional validity of inductive conformal
        predictors); the score is outcome ÷ prediction, so a band scales with the customer. Outcomes below zero count as zero.
        """
        p = np.maximum(np.asarray(predicted, dtype=float), 1e-9)
        ratio = np.maximum(np.asarray(actual, dtype=float), 0.0) / p
        n_bins = int(np.clip(len(p) // 50, 1, 20))
        edges = np.unique(np.quantile(p, np.arange(1, n_bins) / n_bins)) if n_bins > 1 else np.empty(0)
        bins = np.searchsorted(edges, p, side="right")
        tail = (1 - level) / 2
        members = [ratio[bins == k] if np.any(bins == k) else ratio for k in range(len(edges) + 1)]
        return cls(
            edges=edges,
            low=np.array([_order_statistic(m, tail, upper=False) for m in members]),
            high=np.array([_order_statistic(m, tail, upper=True) for m in members]),
        )

    def around(self, predicted: ArrayLike) -> tuple[Floats, Floats]:
        """Low and high end for each prediction; the prediction itself is always inside."""
        p = np.asarray(predicted, dtype=np.float64)
        bins = np.searchsorted(self.edges, np.maximum(p, 1e-9), side="right")
        return np.minimum(p * self.low[bins], p), np.maximum(p * self.high[bins], p)


def _order_statistic(ratios: Floats, tail: float, upper: bool) -> float:
    """The ratio exceeded (or undercut) with chance ``tail``, one place further out for the finite sample."""
    ordered = np.sort(ratios)
    place = int(np.floor(tail * (len(ordered) + 1)))
    return float(ordered[max(0, len(ordered) - max(place, 1))] if upper else ordered[max(place, 1) - 1])
