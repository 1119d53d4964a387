"""Maximum likelihood that converges or says why not: analytic gradients, bounds, restarts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from clm_core.errors import TooThinError

Floats = NDArray[np.float64]
Objective = Callable[[Floats], tuple[float, Floats]]

LOWEST, HIGHEST = 1e-4, 1e4
"""Bounds of every parameter, in units of the data. An estimate on a bound means that this part of the model is idle."""


def collapse(X: Floats, sample_weight: ArrayLike | None) -> tuple[Floats, Floats]:
    """Distinct rows of ``X`` and the weight of each: customers with the same history are one term of the likelihood."""
    weight = np.ones(len(X)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    if weight.shape != (len(X),) or not np.isfinite(weight).all() or weight.min() < 0 or weight.sum() <= 0:
        raise ValueError(
            f"sample_weight must hold one finite number of zero or more a row, not all zero; X has {len(X)} rows."
        )
    first, places = distinct_rows(X)
    return X[first], np.bincount(places, weights=weight).astype(np.float64)


def distinct_rows(X: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first place of each distinct row, and for each row which of them it equals; by numbers, far quicker than by rows."""
    keys = np.zeros(len(X), dtype=np.int64)
    for column in X.T:
        values, codes = np.unique(column, return_inverse=True)
        keys = np.unique(keys * len(values) + codes, return_inverse=True)[1]
    _, first, places = np.unique(keys, return_index=True, return_inverse=True)
    return first, places


def maximise(
    objective: Objective, starts: Sequence[Sequence[float]], model: str, near: Sequence[float] | None = None
) -> tuple[Floats, float]:
    """The parameters with the highest likelihood, and minus its logarithm.

    ``objective`` returns minus the mean log likelihood and its gradient in the logarithms of the parameters. Each start is tried
    until one converges; then one more is tried, and the better of both wins, so that a local optimum has to fool two starts.
    A point ``near`` the maximum, such as the estimate for the same customers a month before, is enough if the search from it converges.

    Raises
    ------
    TooThinError
        When no start converges to a finite likelihood.
    """
    box = (np.log(LOWEST), np.log(HIGHEST))
    found: list[tuple[float, Floats]] = []
    for start in starts if near is None else (near, *starts):
        margin = 0.0 if start is not near else np.log(10.0)  # from a bound, no gradient leads back
        first = np.clip(np.log(start), box[0] + margin, box[1] - margin)
        told = minimize(
            objective,
            first,
            jac=True,
            method="L-BFGS-B",
            bounds=[box] * len(first),
            options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-8},
        )
        if np.isfinite(told.fun) and np.isfinite(told.x).all() and np.abs(_free(told, box)).max() < 1e-4:
            found.append((float(told.fun), np.asarray(told.x, dtype=np.float64)))
        if len(found) == 2 or (found and start is near):
            break
    if not found:
        raise TooThinError(
            f"{model} could not be fitted to these orders.",
            found=f"no maximum of the likelihood from {len(starts)} starting points",
            next_step="Add more customers or a longer history; counts, stages and rates are shown all the same.",
        )
    value, best = min(found, key=lambda pair: pair[0])
    return np.exp(best), value


def _free(told: object, box: tuple[float, float]) -> Floats:
    """The gradient without the parts that push against a bound."""
    x, gradient = np.asarray(told.x), np.asarray(told.jac)  # type: ignore[attr-defined]
    pushes = ((x <= box[0]) & (gradient > 0)) | ((x >= box[1]) & (gradient < 0))
    return np.where(pushes, 0.0, gradient)
