"""What a customer who is still there will order, when each order may be the last."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, hyp2f1

from clm_core.models.btyd.histories import distinct_rows

Floats = NDArray[np.float64]
NEAR_ONE = 1e-4
"""How near to 1 ``a`` may come in the closed form: it is 0 ÷ 0 there."""
N_NODES = 64


def expected_orders_alive(shape: Floats, rate: Floats, a: float, s: Floats, horizon: float) -> Floats:
    """Expected orders in ``horizon`` with a rate λ ~ Gamma(shape, rate) and a chance p ~ Beta(a, s) to leave after each.

    E[(1 − e^(−λ p h)) / p] = (a + s − 1) / (a − 1) · (1 − (A / (A + h))^ρ · ₂F₁(ρ, s; a + s − 1; h / (A + h))), with ρ the shape
    and A the rate. Where the series loses its digits, which the bounds P(one or more) … ρ h / A reveal, the expectation is
    integrated over quantiles of p instead.
    """
    each = np.stack([shape, rate, s], axis=1)
    distinct, places = distinct_rows(each)
    rho, A, left = distinct.T
    silent = np.exp(-rho * np.log1p(horizon / A))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        found = (a + left - 1) / (a - 1) * (1 - silent * hyp2f1(rho, left, a + left - 1, horizon / (A + horizon)))
    lost = ~((found >= (1 - silent) * (1 - 1e-9)) & (found <= rho * horizon / A * (1 + 1e-9)))
    lost |= abs(a - 1) < NEAR_ONE
    found[lost] = _by_quantiles(rho[lost], A[lost], a, left[lost], horizon)
    result: Floats = found[places]
    return result


def _by_quantiles(rho: Floats, A: Floats, a: float, s: Floats, horizon: float) -> Floats:
    nodes, weights = np.polynomial.legendre.leggauss(N_NODES)
    p = np.maximum(betaincinv(a, s[:, None], (nodes + 1) / 2), 1e-12)
    orders = -np.expm1(-rho[:, None] * np.log1p(p * horizon / A[:, None])) / p
    total: Floats = orders @ weights / 2
    return total
