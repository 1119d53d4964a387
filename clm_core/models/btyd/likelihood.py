"""Maximum likelihood that converges or says why not: analytic gradients, bounds, restarts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import Any, ParamSpec, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from clm_core.errors import TooThinError

Floats = NDArray[np.float64]
P = ParamSpec("P")
R = TypeVar("R")

LOWEST, HIGHEST = 1e-4, 1e4
"""Bounds of every parameter, in units of the data. An estimate on a bound means that this part of the model is idle."""
BOX = (float(np.log(LOWEST)), float(np.log(HIGHEST)))
ROUGH_TERMS = 4_000
"""Terms of the likelihood that starting points are compared on; only the last steps are taken with all of them."""

FLAT, STEP = 1e-6, 1e-4


class Likelihood(Protocol):
    """Minus the mean log likelihood of customers, as a sum of ``n_terms`` terms."""

    @property
    def n_terms(self) -> int:
        """How many terms a call of :meth:`loss` works out."""

    def every(self, step: int) -> Self:
        """The likelihood of every ``step``-th term."""

    def loss(self, logs: Floats) -> tuple[float, Floats]:
        """The value, and its gradient in the logarithms of the parameters."""


@cache
def _threads() -> Any:
    return ThreadpoolController()


def on_one_thread(work: Callable[P, R]) -> Callable[P, R]:
    """``work`` without a second thread for its sums: waiting for each other by spinning costs more than they do."""

    @wraps(work)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with _threads().limit(limits=1, user_api="blas"):
            return work(*args, **kwargs)

    return limited


L = TypeVar("L", bound=Likelihood)


def maximise(
    rows: Likelihood, starts: Sequence[Sequence[float]], model: str, near: Sequence[float] | None = None
) -> tuple[Floats, float]:
    """The parameters with the highest likelihood, and minus the mean of its logarithm.

    Each start is tried on a sample of the terms until one converges; then one more is tried, and the search with all terms begins at
    the better of both, so that a local optimum has to fool two starts. A point ``near`` the maximum, such as the estimate for
    the same customers a month before, is enough if the search from it converges.

    Raises
    ------
    TooThinError
        When no start converges to a finite likelihood.
    """
    margin = np.log(10.0)  # from a bound, no gradient leads back
    told = None if near is None else _search(rows, np.clip(np.log(near), BOX[0] + margin, BOX[1] - margin))
    if told is None:
        rough = sample_of(rows)
        told = _best_of(rough, starts)
        if told is not None and rough is not rows:
            told = _finish(rows, told.x, curvature(rough, told.x)) or _search(rows, told.x) or _best_of(rows, starts)
    if told is None:
        raise TooThinError(
            f"{model} could not be fitted to these orders.",
            found=f"no maximum of the likelihood from {len(starts)} starting points",
            next_step="Add more customers or a longer history; counts, stages and rates are shown all the same.",
        )
    return np.exp(told.x), float(told.fun)


def _best_of(rows: Likelihood, starts: Sequence[Sequence[float]]) -> Any:
    """The better of the first two searches that converge."""
    found: list[Any] = []
    for start in starts:
        told = _search(rows, np.log(start))
        if told is not None:
            found.append(told)
        if len(found) == 2:
            break
    return min(found, key=lambda told: float(told.fun), default=None)


def _search(rows: Likelihood, first: Floats) -> Any:
    """What a search from ``first`` came to, or None where it does not converge."""
    told = minimize(
        rows.loss,
        np.clip(first, *BOX),
        jac=True,
        method="L-BFGS-B",
        bounds=[BOX] * len(first),
        options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-8},
    )
    is_found = np.isfinite(told.fun) and np.isfinite(told.x).all() and np.abs(_free(told)).max() < 1e-4
    return told if is_found else None


def _finish(rows: Likelihood, first: Floats, bend: Floats) -> Any:
    """A search that knows the curvature, so that a handful of steps will do; None where it leaves the bounds or fails."""
    if np.linalg.eigvalsh(bend).min() <= FLAT:  # a parameter is idle
        return None
    inverse = np.linalg.inv(bend)
    told = minimize(
        rows.loss,
        first,
        jac=True,
        method="BFGS",
        options={"hess_inv0": (inverse + inverse.T) / 2, "gtol": 1e-8, "maxiter": 30},
    )
    inside = np.isfinite(told.x).all() and told.x.min() > BOX[0] and told.x.max() < BOX[1]
    return told if inside and np.isfinite(told.fun) and np.abs(told.jac).max() < 1e-6 else None


def sample_of(rows: L) -> L:
    """Every so many of the terms, :data:`ROUGH_TERMS` or somewhat more; all where there are few."""
    step = rows.n_terms // ROUGH_TERMS
    return rows.every(step) if step > 1 else rows


def covariance(rows: Likelihood, logs: Floats, n: float) -> Floats:
    """What ``n`` customers leave open of the logarithms of the parameters: the inverse of the curvature of their likelihood.

    The curvature is that of a sample of the terms. Directions in which the likelihood is flat are idle, and count as known.
    """
    bend, axes = np.linalg.eigh(curvature(sample_of(rows), logs))
    open_part = np.where(bend > FLAT, 1 / np.maximum(bend, FLAT), 0.0) / n
    return np.asarray((axes * open_part) @ axes.T)


def curvature(rows: Likelihood, logs: Floats) -> Floats:
    """Second derivatives of the loss by the logarithms of the parameters, from differences of the gradient."""
    steps = STEP * np.eye(len(logs))
    found = np.stack([(rows.loss(logs + step)[1] - rows.loss(logs - step)[1]) / (2 * STEP) for step in steps])
    return np.asarray((found + found.T) / 2)


def _free(told: Any) -> Floats:
    """The gradient without the parts that push against a bound."""
    x, gradient = np.asarray(told.x), np.asarray(told.jac)
    pushes = ((x <= BOX[0]) & (gradient > 0)) | ((x >= BOX[1]) & (gradient < 0))
    return np.where(pushes, 0.0, gradient)
