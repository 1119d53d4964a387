"""Gamma-Gamma: what an order of a customer is worth, drawn towards the worth of everybody's."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, gammaln
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from clm_core.errors import TooThinError
from clm_core.models.btyd.histories import levels
from clm_core.models.btyd.likelihood import maximise, on_one_thread

Floats = NDArray[np.float64]
N_COLUMNS = 2


class GammaGamma(BaseEstimator):  # type: ignore[misc]
    """Gamma-Gamma (Fader & Hardie 2013, brucehardie.com/notes/025): gamma values around a mean that differs by customer.

    ``X`` has one row a customer and two columns: ``n_values``, the number of orders behind the mean, and ``mean_value``. Count
    **all** orders, the first included: it tells as much about what somebody spends as any later one. A mean of zero or less has no
    likelihood under a gamma distribution: such customers do not teach, and are expected to spend as little as the model allows.

    ``q`` stays above one, so that the mean over all customers exists.

    Attributes
    ----------
    p_ : float
        Shape of the values of one customer.
    q_, v_ : float
        Shape and scale of the gamma distribution of the customers' rates.
    log_likelihood_ : float
        Of all customers who teach, weights counted.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[1, 20.0], [3, 31.0], [8, 12.0], [2, 55.0], [2, 9.0], [5, 24.0]])
    >>> worth = GammaGamma().fit(X).expected_value(X)
    >>> bool(12 < worth[2] < worth[0] < worth[3] < 55)
    True
    """

    p_: float
    q_: float
    v_: float

    @on_one_thread
    def fit(
        self, X: ArrayLike, y: None = None, sample_weight: ArrayLike | None = None, near: Self | None = None
    ) -> Self:
        """Find the parameters with the highest likelihood; ``near`` is a model fitted to similar values.

        Raises
        ------
        ValueError
            When a number of orders is negative, or the weights do not fit the rows.
        TooThinError
            When fewer than two customers have a mean above zero, or all means are equal.
        """
        checked = self._checked(X, reset=True)
        weight = np.ones(len(checked)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        if weight.shape != (len(checked),):
            raise ValueError(f"sample_weight must hold one number a row; X has {len(checked)} rows.")
        teaches = (checked[:, 1] > 0) & (checked[:, 0] > 0) & (weight > 0)
        n, mean = checked[teaches].T
        if not len(mean) or mean.min() == mean.max():
            raise TooThinError(
                "Order values do not differ between customers, so there is nothing to model.",
                found=f"{min(len(mean), 1)} distinct mean values above zero",
                allowed="at least 2",
                next_step="Use the mean value of an order as it is.",
            )
        unit = float(weight[teaches] @ mean / weight[teaches].sum())
        rows = _Values(n, mean / unit, weight[teaches])
        starts = ((2.0, 2.0, 1.5), (6.0, 3.0, 0.5), (1.0, 1.0, 1.0), (0.5, 6.0, 8.0))
        start = None if near is None else (near.p_, near.q_ - 1, near.v_ / unit)
        best, value = maximise(rows, starts, "Gamma-Gamma", start)
        self.p_, self.q_, self.v_ = float(best[0]), 1 + float(best[1]), float(best[2]) * unit
        self.log_likelihood_ = -(value + np.log(unit)) * float(weight[teaches].sum())
        self.n_customers_ = int(teaches.sum())
        return self

    def _checked(self, X: ArrayLike, reset: bool) -> Floats:
        values: Floats = validate_data(self, X, reset=reset, dtype=np.float64)
        if values.shape[1] != N_COLUMNS:
            raise ValueError(f"X must have the columns n_values and mean_value; it has {values.shape[1]} feature(s).")
        if values[:, 0].min() < 0:
            raise ValueError("X holds a negative number of orders.")
        return values

    def expected_value(self, X: ArrayLike) -> Floats:
        """Expected mean value of an order from now on: p (v + n z) / (p n + q − 1), with n orders of mean z so far."""
        check_is_fitted(self, "p_")
        n, mean = self._checked(X, reset=False).T
        return np.asarray(self.p_ * (self.v_ + n * np.maximum(mean, 0.0)) / (self.p_ * n + self.q_ - 1))

    def __repr__(self, N_CHAR_MAX: int = 700) -> str:
        told = super().__repr__(N_CHAR_MAX)
        if not hasattr(self, "p_"):
            return str(told)
        fitted = f"p {self.p_:.4g}, q {self.q_:.4g}, v {self.v_:.4g}"
        return f"<{told}: {self.n_customers_:,} customers, {fitted}, log likelihood {self.log_likelihood_:.1f}>"


class _Values:
    """Customers in units of the mean value; what depends on the number of orders alone is worked out once a number."""

    def __init__(self, n: Floats, mean: Floats, weight: Floats) -> None:
        self.n, self.mean, self.weight, self.total = n, mean, weight, float(weight.sum())
        self.counts, places = levels(n)
        self.count_weight = np.bincount(places, weights=weight)
        self.sum, logs = n * mean, np.log(mean)
        self.log_mean, self.n_log_sum = float(weight @ logs), float(weight @ (n * logs))
        self.n_log_sum += float(self.count_weight @ (self.counts * np.log(self.counts)))

    @property
    def n_terms(self) -> int:
        """How many customers there are."""
        return len(self.n)

    def every(self, step: int) -> Self:
        """Every so many of the customers."""
        return type(self)(self.n[::step], self.mean[::step], self.weight[::step])

    def loss(self, logs: Floats) -> tuple[float, Floats]:
        """Minus the mean log likelihood and its gradient in log p, log (q - 1) and log v."""
        p, above, v = np.exp(logs)
        q, k, weight = 1 + above, self.counts, self.count_weight
        whole = v + self.sum
        pull, share = self.weight * np.log(whole), self.weight / whole
        n_pull, all_pull = float(self.n @ pull), float(pull.sum())
        value = (
            weight @ (gammaln(p * k + q) - gammaln(p * k)) + self.total * (q * np.log(v) - gammaln(q))
            + p * self.n_log_sum - self.log_mean - p * n_pull - q * all_pull
        )  # fmt: skip
        by_sum = digamma(p * k + q)
        by_p = weight @ (k * (by_sum - digamma(p * k))) + self.n_log_sum - n_pull
        by_q = weight @ by_sum + self.total * (np.log(v) - digamma(q)) - all_pull
        by_v = self.total * q / v - p * float(self.n @ share) - q * float(share.sum())
        return -float(value) / self.total, -np.array([by_p * p, by_q * above, by_v * v]) / self.total
