"""Order histories laid out for fitting: equal ones counted, and each logarithm taken once a distinct number of days."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, digamma, gammaln

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

MOST_KEYS = 2.0**62
LARGEST_ODDS = 700.0
"""Log odds beyond which the exponential has no number; the probability is 1 long before."""


def collapse(X: Floats, sample_weight: ArrayLike | None) -> tuple[Floats, Floats]:
    """Distinct rows of ``X`` and the weight of each: customers with the same history are one term of the likelihood."""
    if sample_weight is None:
        keys, rows_of = packed(X)
        distinct, counts = np.unique(keys, return_counts=True)  # quicker by far than with places
        return rows_of(distinct), counts.astype(np.float64)
    weight = np.asarray(sample_weight, dtype=np.float64)
    if weight.shape != (len(X),) or not np.isfinite(weight).all() or weight.min() < 0 or weight.sum() <= 0:
        raise ValueError(
            f"sample_weight must hold one finite number of zero or more a row, not all zero; X has {len(X)} rows."
        )
    rows, places = distinct_rows(X)
    return rows, np.bincount(places, weights=weight).astype(np.float64)


def distinct_rows(X: Floats) -> tuple[Floats, Places]:
    """The distinct rows, and for each row which of them it equals."""
    keys, rows_of = packed(X)
    distinct, places = np.unique(keys, return_inverse=True)
    return rows_of(distinct), places


def packed(X: Floats) -> tuple[Places, Callable[[Places], Floats]]:
    """A whole number a row, equal for equal rows and far quicker to compare, and the way back from such numbers to rows."""
    columns = [levels(column) for column in X.T]
    sizes = [len(values) for values, _ in columns]
    if np.prod(sizes, dtype=np.float64) > MOST_KEYS:  # hardly a row is like another
        return np.arange(len(X)), lambda keys: X[keys]
    keys = np.ravel_multi_index([places for _, places in columns], sizes)

    def rows_of(keys: Places) -> Floats:
        found = np.unravel_index(keys, sizes)
        return np.stack([values[at] for (values, _), at in zip(columns, found, strict=True)], axis=1)

    return np.asarray(keys), rows_of


def levels(column: Floats) -> tuple[Floats, Places]:
    """Distinct numbers, rising, and the place of each row among them; without sorting where they are small whole numbers."""
    most = column.max(initial=0.0)
    if column.min(initial=0.0) >= 0 and most < 100_000:
        whole = column.astype(np.int64)
        if np.array_equal(whole, column):
            is_there = np.bincount(whole, minlength=int(most) + 1) > 0
            return np.flatnonzero(is_there).astype(np.float64), (np.cumsum(is_there) - 1)[whole]
    values, places = np.unique(column, return_inverse=True)
    return values, places


class Histories:
    """Distinct histories with weights, and their likelihood under BG/NBD (``shift`` 0) or MBG/NBD (``shift`` 1).

    Ages count in ``unit``. With two ``ticks`` an order happens at every second tick of a customer's clock, so gaps between orders are
    more even (Erlang-2 instead of exponential); ``shift`` is 1 then. Customers who cannot have left are in sums by number of orders and by age; only the
    others need a term each.
    """

    def __init__(self, X: Floats, weight: Floats, shift: int, unit: float = 1.0, ticks: int = 1) -> None:
        x, last, age = X.T
        self.X, self.weight, self.shift, self.unit, self.ticks = X, weight, shift, unit, ticks
        self.total = float(weight.sum())
        self.counts, by_count = levels(x)
        self.days, by_day = levels(np.concatenate([age, last]))
        by_age, by_last = np.split(by_day, 2)
        self.days, n = self.days / unit, len(self.days)
        self.count_weight = np.bincount(by_count, weights=weight)
        self.age_weight = np.bincount(by_age, weights=weight, minlength=n)
        self.age_ticks = np.bincount(by_age, weights=weight * x * ticks, minlength=n)
        termed = np.flatnonzero(x + shift > 0)
        self.term_weight, self.term_ticks = weight[termed], ticks * x[termed]
        self.by_count, self.by_age, self.by_last = by_count[termed], by_age[termed], by_last[termed]
        self.lag = self.days[self.by_age] - self.days[self.by_last]

    @property
    def n_terms(self) -> int:
        """How many histories differ."""
        return len(self.X)

    def every(self, step: int) -> Self:
        """Every so many of them, a fair sample: they stand in order."""
        return type(self)(self.X[::step], self.weight[::step], self.shift, self.unit, self.ticks)

    def loss(self, logs: Floats) -> tuple[float, Floats]:
        """Minus the mean log likelihood, and its gradient in the logarithms of r, alpha, a and b."""
        r, alpha, a, b = parameters = np.exp(logs)
        k, s, weight, total = self.counts, b + self.counts + self.shift, self.count_weight, self.total
        log_day, one_day = np.log(alpha + self.days), 1 / (alpha + self.days)
        gap = log_day[self.by_age] - log_day[self.by_last]
        shape, pace = r + self.ticks * k, r + self.term_ticks
        left = np.where(k + self.shift > 0, s - 1, 1.0)
        odds = pace * gap
        odds += (np.log(a) - np.log(left))[self.by_count]
        tame = np.minimum(odds, LARGEST_ODDS)
        to_one = np.exp(tame)
        slack = self.lag * one_day[self.by_age] if self.ticks > 1 else 0.0
        still = 1 + pace * slack
        each = self.term_weight / (still + to_one)
        gone = each * to_one
        pull = gone * pace
        value = (
            weight @ (gammaln(shape) + betaln(a, s)) - total * (gammaln(r) + betaln(a, b) - r * np.log(alpha))
            - (r * self.age_weight + self.age_ticks) @ log_day
            + self.term_weight @ (np.log(still + to_one) + (odds - tame))
        )  # fmt: skip
        all_gone, by_all = float(gone.sum()), digamma(a + b)
        from_count = np.bincount(self.by_count, weights=gone, minlength=len(k))
        by_sum = weight @ digamma(a + s)
        by_parameter = np.array([
            weight @ digamma(shape) + total * (np.log(alpha) - digamma(r)) - self.age_weight @ log_day + gone @ gap,
            total * r / alpha - (r * self.age_weight + self.age_ticks) @ one_day
            + pull @ (one_day[self.by_age] - one_day[self.by_last]),
            total * by_all - by_sum + all_gone / a,
            weight @ digamma(s) - by_sum + total * (by_all - digamma(b)) - from_count @ (1 / left),
        ])  # fmt: skip
        if self.ticks > 1:
            by_parameter[0] += each @ slack
            by_parameter[1] -= (each * pace * slack) @ one_day[self.by_age]
        return -float(value) / total, -by_parameter * parameters / total

    def log_paths(self) -> float:
        """Logarithm of in how many ways the ticks may have come about: likelihoods of models that differ in ticks compare with it.

        The last order is the last tick, so its age has a gamma density of as many ticks.
        """
        x, last, _ = self.X.T
        repeats = x > 0
        n, age = self.ticks * x[repeats], last[repeats]
        return float(self.weight[repeats] @ ((n - 1) * np.log(age) - gammaln(n)))
