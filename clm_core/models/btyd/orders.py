"""BG/NBD and MBG/NBD: how often a customer orders until leaving for good after one of the orders."""

from __future__ import annotations

from copy import copy
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from clm_core.models.btyd.histories import Histories, collapse
from clm_core.models.btyd.likelihood import covariance, maximise, on_one_thread
from clm_core.models.btyd.survival import expected_orders_alive

Floats = NDArray[np.float64]
N_COLUMNS = 3
STEP = 1e-4


class OrderModel(BaseEstimator):  # type: ignore[misc]
    """What models of orders share: the fit, and the exact probabilities of having left and of no order.

    ``X`` has one row a customer and three columns, in days or any other unit of time:

    - ``frequency``: days with an order after the first,
    - ``last_order_age``: age at the last order, 0 without a repeat order,
    - ``age``: from the first order to the day the customer is looked at.

    Attributes
    ----------
    r_, alpha_ : float
        Shape and rate of the gamma distribution of order rates.
    a_, b_ : float
        Parameters of the beta distribution of the chance to leave after an order.
    covariance_ : ndarray of shape (4, 4)
        What the customers leave open of the logarithms of r, alpha, a and b.
    log_likelihood_ : float
        Of all customers, weights counted.
    log_density_ : float
        The same as a density of frequency and age at the last order, which compares models of different regularity.
    """

    r_: float
    alpha_: float
    a_: float
    b_: float

    _SHIFT: ClassVar[int] = 0
    """Chances to have left that come before the first repeat order: none here, one in the modified model."""
    _TICKS: ClassVar[int] = 1
    """Ticks of a customer's clock from one order to the next."""
    _NAME: ClassVar[str] = ""

    @on_one_thread
    def fit(
        self, X: ArrayLike, y: None = None, sample_weight: ArrayLike | None = None, near: Self | None = None
    ) -> Self:
        """Find the parameters with the highest likelihood; customers of equal history are counted, not repeated.

        ``near`` is a model fitted to similar histories, from which the search is short.

        Raises
        ------
        ValueError
            When a history is impossible: negative, or a last order after the age.
        TooThinError
            When the likelihood has no maximum that can be found.
        """
        checked = self._checked(X, reset=True)
        histories, weight = collapse(checked, sample_weight)
        ages = histories[:, 2]
        unit = max(float(ages @ weight / weight.sum()), 1e-12)  # the search is the same in days and in weeks
        rows = Histories(histories, weight, self._SHIFT, unit, self._TICKS)
        pace = float(histories[:, 0] @ weight / (ages @ weight + 1e-12)) * unit + 0.05
        starts = [
            (s, s / (pace * self._TICKS), a, b)
            for s, a, b in ((0.5, 0.8, 2.5), (1.5, 0.3, 3.0), (0.2, 2.0, 8.0), (4.0, 0.1, 1.0))
        ]
        start = None if near is None else (near.r_, near.alpha_ / unit, near.a_, near.b_)
        best, value = maximise(rows, starts, self._NAME, start)
        self.r_, self.alpha_, self.a_, self.b_ = float(best[0]), float(best[1]) * unit, float(best[2]), float(best[3])
        n_ticks = self._TICKS * float(histories[:, 0] @ weight)
        self.log_likelihood_ = -value * float(weight.sum()) - n_ticks * np.log(unit)
        self.log_density_ = self.log_likelihood_ + rows.log_paths()
        self.covariance_ = covariance(rows, np.log(best), float(weight.sum()))
        self.n_customers_ = len(checked)
        return self

    def _checked(self, X: ArrayLike, reset: bool) -> Floats:
        values: Floats = validate_data(self, X, reset=reset, dtype=np.float64, ensure_non_negative=True)
        if values.shape[1] != N_COLUMNS:
            raise ValueError(
                f"X must have the columns frequency, last_order_age and age; it has {values.shape[1]} feature(s)."
            )
        if (values[:, 1] > values[:, 2]).any():
            raise ValueError("X holds an impossible history: a last order after the age.")
        return values

    def _still(self, X: Floats, later: float = 0.0) -> Floats:
        """What the clock may have done since the last order without one, as a factor: with one tick an order, nothing."""
        x, last, age = X[:, 0], X[:, 1], X[:, 2] + later
        return 1 + (self._TICKS - 1) * (self.r_ + self._TICKS * x) * (age - last) / (self.alpha_ + age)

    @property
    def parameters_(self) -> Floats:
        """r, alpha, a and b."""
        check_is_fitted(self, "r_")
        return np.array([self.r_, self.alpha_, self.a_, self.b_])

    def prob_alive(self, X: ArrayLike) -> Floats:
        """Probability of not having left yet. Whoever has not left may still be silent: see :meth:`prob_no_order`."""
        _, alpha, a, b = self.parameters_
        checked = self._checked(X, reset=False)
        x, last, age = checked.T
        possible = x + self._SHIFT > 0
        left = np.log(a) - np.log(np.where(possible, b + x + self._SHIFT - 1, 1.0))
        odds = left + (self.r_ + self._TICKS * x) * (np.log(alpha + age) - np.log(alpha + last))
        return np.where(possible, expit(np.log(self._still(checked)) - odds), 1.0)

    def odds_spread(self, X: ArrayLike, horizon: float) -> Floats:
        """Standard deviation of the log odds of no order that the customers fitted leave open, by the delta method."""
        slopes = []
        for step in STEP * np.eye(4):
            ends = [self._moved(way * step).prob_no_order(X, horizon) for way in (1, -1)]
            up, down = (logit(np.clip(end, 1e-9, 1 - 1e-9)) for end in ends)
            slopes.append((up - down) / (2 * STEP))
        slope = np.stack(slopes, axis=1)
        variance = np.einsum("ij,jk,ik->i", slope, self.covariance_, slope, optimize=True)
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)))

    def _moved(self, logs: Floats) -> Self:
        """The same model with parameters a little off."""
        other = copy(self)
        other.r_, other.alpha_, other.a_, other.b_ = (float(value) for value in self.parameters_ * np.exp(logs))
        return other

    def prob_no_order(self, X: ArrayLike, horizon: float) -> Floats:
        """Exact probability of no order in the ``horizon`` after the age.

        Left already, or still there and silent: 1 - P(alive) (1 - silence), with silence ((α + T) / (α + T + h))^(r + x) where
        every tick is an order; while silent nobody leaves.
        """
        alive = self.prob_alive(X)
        checked = self._checked(X, reset=False)
        x, _, age = checked.T
        pace = self.r_ + self._TICKS * x
        silent = np.exp(pace * (np.log(self.alpha_ + age) - np.log(self.alpha_ + age + horizon)))
        silent *= self._still(checked, horizon) / self._still(checked)
        return np.asarray(np.clip(1 - alive * (1 - silent), 0.0, 1.0))

    def __repr__(self, N_CHAR_MAX: int = 700) -> str:
        told = super().__repr__(N_CHAR_MAX)
        if not hasattr(self, "r_"):
            return str(told)
        names = zip(("r", "alpha", "a", "b"), self.parameters_, strict=True)
        fitted = ", ".join(f"{name} {value:.4g}" for name, value in names)
        return f"<{told}: {self.n_customers_:,} customers, {fitted}, log likelihood {self.log_likelihood_:.1f}>"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        return tags


class BetaGeoNBD(OrderModel):
    """BG/NBD (Fader, Hardie & Lee 2005, Marketing Science 24): orders at a gamma rate, a beta chance of leaving after each repeat.

    Columns and attributes are those of :class:`OrderModel`.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[2, 30, 38], [1, 2, 38], [0, 0, 38], [0, 0, 30], [5, 36, 37], [0, 0, 25]])
    >>> model = BetaGeoNBD().fit(X)
    >>> bool(model.prob_no_order(X, 10)[2] > model.prob_no_order(X, 10)[4])
    True
    """

    _NAME: ClassVar[str] = "BG/NBD"

    def expected_orders(self, X: ArrayLike, horizon: float) -> Floats:
        """Expected days with an order in the ``horizon`` after the age (equation 10 of the 2005 paper)."""
        alive = self.prob_alive(X)
        x, _, age = self._checked(X, reset=False).T
        ahead = expected_orders_alive(self.r_ + x, self.alpha_ + age, self.a_, self.b_ + x + self._SHIFT, horizon)
        return alive * ahead


class ModifiedBetaGeoNBD(BetaGeoNBD):
    """MBG/NBD (Batislam, Denizel & Filiztekin 2007, Int. J. of Research in Marketing 24): customers may leave after the first order.

    In BG/NBD everybody with one order is alive by construction; here they are not. Columns and attributes are those of
    :class:`BetaGeoNBD`.
    """

    _SHIFT: ClassVar[int] = 1
    _NAME: ClassVar[str] = "MBG/NBD"


class RegularBetaGeoNBD(OrderModel):
    """MBG/CNBD-2 (Platzer & Reutterer 2016, Marketing Science 35): as MBG/NBD, for people who buy at even gaps, of an Erlang-2 law.

    Who is late is then sooner thought to have left. What they will order has no closed form; the probability of no order has.
    """

    _SHIFT: ClassVar[int] = 1
    _TICKS: ClassVar[int] = 2
    _NAME: ClassVar[str] = "MBG/CNBD-2"
