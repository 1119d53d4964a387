"""The level of a forecast: half from what labels taught of earlier windows, half from the exact answer of its own day.

Labels tell well who will come back, and badly how many: their windows are few, overlap, and lie in another season or at another age of
the customers. The exact answer is fitted anew on all that is known at the day. Each level is right where the other is wrong.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit

Floats = NDArray[np.float64]
CERTAIN = 1e-6
"""Probabilities are kept this far away from 0 and 1 before their odds move."""


def amounts_half_way(amounts: Floats, exact: Floats) -> Floats:
    """``amounts`` times one factor, so that their total is the geometric mean of their own and that of ``exact``.

    Rows are everybody at a day: the level is theirs together. Where either total is zero there is no mean to go to.
    """
    own, other = float(amounts.sum()), float(exact.sum())
    return amounts * np.sqrt(other / own) if own > 0 and other > 0 else amounts


def odds_half_way(probabilities: Floats, exact: Floats) -> Floats:
    """``probabilities`` with one step of their log odds, so that their mean lies half-way between their own and that of ``exact``.

    Rows are everybody at a day, as in :func:`amounts_half_way`.
    """
    odds = logit(np.clip(probabilities, CERTAIN, 1 - CERTAIN))
    wanted = float(np.clip((probabilities.mean() + exact.mean()) / 2, CERTAIN, 1 - CERTAIN))
    # with this step either way all probabilities lie beyond any mean that can be wanted
    furthest = 2 * float(logit(1 - CERTAIN)) + 1
    step = brentq(lambda by: float(expit(odds + by).mean()) - wanted, -furthest, furthest, xtol=1e-12)
    return np.asarray(expit(odds + step), dtype=np.float64)
