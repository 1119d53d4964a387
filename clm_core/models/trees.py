"""Shallow boosted trees on inputs that were put into bins before: scikit-learn's own binning with weights takes far longer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from clm_core.models.once import once

Floats = NDArray[np.float64]

MAX_ROWS = 40_000
"""Rows that trees learn from; beyond it every k-th."""
N_BINS = 64
_SHAPE: dict[str, Any] = {
    "max_iter": 30,
    "learning_rate": 0.12,
    "max_leaf_nodes": 8,
    "max_bins": N_BINS,
    "min_samples_leaf": 50,
    "l2_regularization": 5.0,
    "early_stopping": False,
    "random_state": 0,
}


class Bins:
    """Quantiles of each input in training, and the place of new values among them."""

    def __init__(self, X: pd.DataFrame) -> None:
        shares = np.arange(1, N_BINS) / N_BINS
        self.edges = [np.unique(np.quantile(X[name], shares)) for name in X.columns]
        self.apply = once(self._apply)

    def _apply(self, X: pd.DataFrame) -> Floats:
        """One number a bin."""
        placed = [np.searchsorted(edges, X[name]) for name, edges in zip(X.columns, self.edges, strict=True)]
        return np.column_stack(placed).astype(np.float64)


def _thinned(n: int) -> slice:
    return slice(None, None, -(-n // MAX_ROWS))


class ProbabilityTrees:
    """Probability of an event. ``bins`` finds the bins of the inputs; trees on the same inputs may share them."""

    def __init__(self, bins: Callable[[pd.DataFrame], Bins] = Bins) -> None:
        self.bins = bins

    def fit(self, X: pd.DataFrame, happened: pd.Series) -> Self:
        """Learn; with one outcome only, its share is all there is to say."""
        thin = _thinned(len(X))
        self.bins_, y = self.bins(X), happened.to_numpy()[thin]
        self.share_ = float(y.mean())
        self.trees_ = HistGradientBoostingClassifier(**_SHAPE) if 0 < self.share_ < 1 else None
        if self.trees_ is not None:
            self.trees_.fit(self.bins_.apply(X)[thin], y)
        return self

    def predict(self, X: pd.DataFrame) -> Floats:
        """Probability."""
        if self.trees_ is None:
            return np.full(len(X), self.share_)
        return np.asarray(self.trees_.predict_proba(self.bins_.apply(X))[:, 1], dtype=np.float64)


class RatioTrees:
    """Correction of a known base: a Poisson rate with the base as its offset, fitted as outcome ÷ base with the base as weight."""

    def __init__(self, bins: Callable[[pd.DataFrame], Bins] = Bins) -> None:
        self.bins = bins

    def fit(self, X: pd.DataFrame, outcome: Floats, base: Floats) -> Self:
        """Learn from outcomes of zero or more, not all zero."""
        thin = _thinned(len(X))
        exposure = np.maximum(base[thin], 1e-9 + 1e-6 * base.mean())
        self.bins_ = self.bins(X)
        self.trees_ = HistGradientBoostingRegressor(loss="poisson", **_SHAPE)
        weight = exposure / exposure.mean()
        self.trees_.fit(self.bins_.apply(X)[thin], outcome[thin] / exposure, sample_weight=weight)
        return self

    def predict(self, X: pd.DataFrame, base: Floats) -> Floats:
        """The base, corrected."""
        return np.asarray(self.trees_.predict(self.bins_.apply(X)) * base, dtype=np.float64)
