"""Expected counts and amounts by regression, at the level of what they learned from."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import PoissonRegressor
from sklearn.utils.validation import check_is_fitted, validate_data

from clm_core.models.scaling import Scaling

Floats = NDArray[np.float64]
CAP = 1.5
"""No prediction above this multiple of the largest outcome in training: one wholesaler must not carry the total."""


class OrderDaysRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Expected count by Poisson regression.

    Log link on standardised inputs clipped to their range in training (McCullagh & Nelder 1989, ch. 6). The total on training
    rows is matched, and predictions are capped, see :data:`CAP`.

    Parameters
    ----------
    alpha : float, default=1e-3
        Ridge penalty of the regression.

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

    def __init__(self, alpha: float = 1e-3) -> None:
        self.alpha = alpha

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
        self.n_rows_ = len(counts)
        self.cap_ = CAP * float(counts.max())
        self.level_ = match_level(self._raw(Z), counts, self.cap_)
        return self

    def _raw(self, Z: Floats) -> Floats:
        linear: Floats = np.exp(np.minimum(self.intercept_ + Z @ self.coef_, 30.0))
        return linear

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
