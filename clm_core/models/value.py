"""Expected days with an order, and expected spend, over the horizon."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import PoissonRegressor
from sklearn.utils.validation import check_is_fitted, validate_data

from clm_core import columns as c
from clm_core.models.dataset import NEXT_ORDER_DAYS, NEXT_SPEND
from clm_core.models.inputs import inputs_of
from clm_core.models.scaling import Scaling

Floats = NDArray[np.float64]
CAP = 1.5
"""No prediction above this multiple of the largest outcome in training: one wholesaler must not carry the total."""


class OrderDaysRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Expected count by Poisson regression, alone or averaged with boosted trees of the same loss.

    Log link on standardised inputs clipped to their range in training (McCullagh & Nelder 1989, ch. 6). Trees see at most
    ``max_tree_rows`` rows. The total on training rows is matched, and predictions are capped, see :data:`CAP`.

    Parameters
    ----------
    tree_weight : float, default=0.0
        Share of the trees in the average; 0 fits none.
    alpha : float, default=1e-3
        Ridge penalty of the regression.
    max_tree_rows : int, default=40_000
        Rows the trees learn from, drawn without replacement.
    random_state : int, default=0
        Seed of that draw.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,)
        Change of the log of the expected count for one standard deviation more.
    level_ : float
        Factor that makes the predicted total on training rows the observed one.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.arange(40.0).reshape(-1, 1) / 40
    >>> y = np.round(3 * np.exp(X[:, 0]))
    >>> model = OrderDaysRegressor().fit(X, y)
    >>> bool(np.isclose(model.predict(X).sum(), y.sum()))
    True
    """

    def __init__(
        self, tree_weight: float = 0.0, alpha: float = 1e-3, max_tree_rows: int = 40_000, random_state: int = 0
    ) -> None:
        self.tree_weight = tree_weight
        self.alpha = alpha
        self.max_tree_rows = max_tree_rows
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from rows ``X`` and counts ``y``, none negative and not all zero."""
        checked: tuple[Floats, Floats] = validate_data(self, X, y, y_numeric=True)
        values, counts = checked[0].astype(np.float64), checked[1].astype(np.float64)
        if counts.min() < 0 or counts.sum() == 0:
            raise ValueError("y must hold counts of zero or more, and at least one above zero.")
        self.scaling_ = Scaling.of(values)
        Z = self.scaling_.apply(values)
        linear = PoissonRegressor(alpha=self.alpha, solver="newton-cholesky", max_iter=300).fit(Z, counts)
        self.intercept_, self.coef_ = float(linear.intercept_), linear.coef_
        self.trees_ = self._grow(Z, counts) if self.tree_weight > 0 else None
        self.n_rows_ = len(counts)
        self.cap_ = CAP * float(counts.max())
        self.level_ = match_level(self._raw(Z), counts, self.cap_)
        return self

    def _grow(self, Z: Floats, y: Floats) -> Any:
        rows = np.arange(len(y))
        if len(y) > self.max_tree_rows:
            rows = np.random.default_rng(self.random_state).choice(rows, self.max_tree_rows, replace=False)
        if y[rows].sum() == 0:
            return None
        trees = HistGradientBoostingRegressor(
            loss="poisson",
            max_iter=80,
            learning_rate=0.08,
            max_leaf_nodes=12,
            min_samples_leaf=50,
            l2_regularization=1.0,
            early_stopping=False,
            random_state=self.random_state,
        )
        return trees.fit(Z[rows], y[rows])

    def _raw(self, Z: Floats) -> Floats:
        linear: Floats = np.exp(np.minimum(self.intercept_ + Z @ self.coef_, 30.0))
        if self.trees_ is None:
            return linear
        mixed: Floats = (1 - self.tree_weight) * linear + self.tree_weight * self.trees_.predict(Z)
        return mixed

    def predict(self, X: ArrayLike) -> Floats:
        """Expected count."""
        check_is_fitted(self)
        Z = self.scaling_.apply(validate_data(self, X, reset=False))
        return np.minimum(self._raw(Z) * self.level_, self.cap_)

    def __repr__(self, N_CHAR_MAX: int = 700) -> str:
        told = super().__repr__(N_CHAR_MAX)
        if not hasattr(self, "coef_"):
            return str(told)
        return f"<{told}: {self.n_rows_} rows, {len(self.coef_)} inputs, level {self.level_:.3f}>"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = True
        tags.regressor_tags.poor_score = True
        return tags


def match_level(predicted: Floats, actual: ArrayLike, cap: float) -> float:
    """The factor that brings the capped total of predictions to the actual total."""
    wanted, level = float(np.sum(actual)), 1.0
    for _ in range(20):  # the cap bites a few at most, so this settles in a few rounds
        scaled = predicted * level
        is_capped = scaled >= cap
        free = float(predicted[~is_capped].sum())
        missing = wanted - float(np.minimum(scaled, cap)[is_capped].sum())
        if free <= 0 or missing <= 0 or abs(missing - level * free) <= 1e-9 * max(wanted, 1.0):
            break
        level = missing / free
    return level


class OrdersForecast:
    """The count regression on rows of a data set."""

    def __init__(self, tree_weight: float = 0.0, seed: int = 0) -> None:
        self.tree_weight, self.seed = tree_weight, seed

    @property
    def method(self) -> str:
        """What was fitted, in a sentence."""
        linear = "Poisson regression on logarithms of counts, days and money, at several earlier cut-offs"
        return f"{linear}, averaged with boosted trees of the same loss." if self.tree_weight else f"{linear}."

    def fit(self, rows: pd.DataFrame) -> Self:
        """Learn from stacked cut-offs."""
        regressor = OrderDaysRegressor(tree_weight=self.tree_weight, random_state=self.seed)
        self.regressor_ = regressor.fit(inputs_of(rows), rows[NEXT_ORDER_DAYS])
        return self

    def predict(self, rows: pd.DataFrame) -> Floats:
        """Expected days with an order."""
        return self.regressor_.predict(inputs_of(rows))


class SpendForecast:
    """Expected orders times what an order day of this customer is worth.

    The mean value of a day with an order is drawn towards the mean of all, as if each customer had ``PRIOR_DAYS`` more days
    at that mean (the credibility formula of Bühlmann 1967, ASTIN Bulletin 4). Against regressions of spend itself (Tweedie,
    boosted trees), measured on earlier windows, this ranks as well and cannot explode on heavy tails. Negative spend counts
    as zero for fitting; the total on training rows is matched, and predictions are capped.
    """

    method = (
        "Expected orders (Poisson regression) × mean value of an order day, drawn towards the mean of all customers."
    )
    PRIOR_DAYS = 2.0

    def fit(self, rows: pd.DataFrame) -> Self:
        """Learn from stacked cut-offs."""
        self.orders_ = OrdersForecast().fit(rows)
        self.mean_value_ = float(rows[c.SPEND_TOTAL].sum() / rows[c.N_ORDER_DAYS].sum())
        spend = rows[NEXT_SPEND].clip(lower=0.0)
        self.cap_ = CAP * float(spend.max())
        self.level_ = match_level(self._raw(rows), spend, self.cap_)
        return self

    def _raw(self, rows: pd.DataFrame) -> Floats:
        pooled = rows[c.SPEND_TOTAL] + self.PRIOR_DAYS * self.mean_value_
        value = pooled.clip(lower=0.0) / (rows[c.N_ORDER_DAYS] + self.PRIOR_DAYS)
        return np.asarray(self.orders_.predict(rows) * value, dtype=np.float64)

    def predict(self, rows: pd.DataFrame) -> Floats:
        """Expected net spend, never below zero."""
        return np.minimum(self._raw(rows) * self.level_, self.cap_)
