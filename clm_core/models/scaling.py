"""Standardised inputs that stay inside what training has seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scaling:
    """Range, mean and standard deviation of each input column in training."""

    low: Floats
    high: Floats
    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, X: Floats) -> Scaling:
        """The scaling that training rows ask for; a column that never varies counts for nothing."""
        spread = X.std(axis=0)
        constant = spread <= 1e-12 * np.maximum(1.0, np.abs(X).max(axis=0))
        return cls(X.min(axis=0), X.max(axis=0), X.mean(axis=0), np.where(constant, np.inf, spread))

    def apply(self, X: Floats) -> Floats:
        """Clip to the range of training, then standardise."""
        scaled: Floats = (np.clip(X, self.low, self.high) - self.mean) / self.spread
        return scaled
