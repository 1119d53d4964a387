"""The return curve: after an order, how many have ordered again within so many days.

Kaplan and Meier's estimate (1958): spells that the as-of day cut short count as long as they were followed, so recent
customers neither look lost nor fall away. Gaps of all customers are taken together, each order starting one, so customers who
order often weigh more; the band is Greenwood's on the log-log scale, which stays between 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from clm_core import columns as c
from clm_core.rhythm.spells import Spells
from clm_core.wording import SMALL_GROUP

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64] | Floats
LEVEL = 0.95


@dataclass(frozen=True)
class ReturnCurve:
    """``table``: one row per day from 0: `days`, `n_at_risk`, `n_returned`, `survival`, `survival_low`, `survival_high`.

    ``survival`` is the share still silent after that many days; its bounds are missing where they cannot be known, after the
    last of them came back. The table ends on the last day that ``least_at_risk`` spells were followed for.
    """

    table: pd.DataFrame
    n_gaps: int
    n_censored: int

    @property
    def eventual_share(self) -> float:
        """The share of orders that another followed as far as the curve reaches: 1 − its last value."""
        return 1.0 - float(self.table["survival"].iloc[-1])

    @property
    def followed_days(self) -> int:
        """How far the curve reaches."""
        return int(self.table["days"].iloc[-1])


def return_curve(spells: Spells, least_at_risk: int = SMALL_GROUP) -> ReturnCurve:
    """The share still silent by days since an order, with a 95 % interval.

    The curve ends where fewer than ``least_at_risk`` spells are followed: beyond, one return can move it by a step that
    says nothing (Pocock, Clayton and Altman 2002).
    """
    returned, still_open = spells.returned.sum(axis=0), spells.still_open.sum(axis=0)
    at_risk = followed(returned, still_open)
    n_days = reach(at_risk, least_at_risk)
    returned, at_risk = returned[:n_days], at_risk[:n_days]
    survival = survival_of(returned, at_risk)
    low, high = _greenwood(returned, at_risk, survival)
    table = pd.DataFrame(
        {
            "days": np.arange(n_days),
            "n_at_risk": at_risk,
            "n_returned": returned,
            "survival": survival,
            "survival" + c.LOW: low,
            "survival" + c.HIGH: high,
        }
    )
    return ReturnCurve(table, spells.n_gaps, spells.n_censored)


def followed(returned: Numbers, still_open: Numbers) -> Numbers:
    """How many spells were followed up to each day (last axis), those that ended on it included."""
    ended = returned + still_open
    summed: Numbers = np.flip(np.cumsum(np.flip(ended, axis=-1), axis=-1), axis=-1)
    return summed


def reach(at_risk: Numbers, least_at_risk: int) -> int:
    """How many days, 0 included, the curve has: one at least."""
    return max(1, int((at_risk >= least_at_risk).sum()))


def survival_of(returned: Numbers, at_risk: Numbers) -> Floats:
    """The product over days (last axis) of the share that did not come back on each."""
    hazard = np.zeros(np.shape(returned))
    np.divide(returned, at_risk, out=hazard, where=at_risk > 0)
    survival: Floats = np.cumprod(1.0 - hazard, axis=-1, dtype=np.float64)
    return survival


def _greenwood(returned: Numbers, at_risk: Numbers, survival: Floats) -> tuple[Floats, Floats]:
    """Both ends of the interval; certain before the first return, unknown once nobody is left."""
    left = (at_risk - returned).astype(np.float64)
    steps = np.divide(returned, at_risk * left, out=np.zeros(len(left)), where=left > 0)
    is_inside = (survival > 0) & (survival < 1)
    log_survival: Floats = np.log(survival, out=np.full(len(survival), -1.0), where=is_inside)
    reach_of_chance = np.exp(ndtri(0.5 + LEVEL / 2) * np.sqrt(np.cumsum(steps)) / -log_survival)
    edge = np.where(survival >= 1, 1.0, np.nan)
    low = np.where(is_inside, np.exp(log_survival * reach_of_chance), edge)
    high = np.where(is_inside, np.exp(log_survival / reach_of_chance), edge)
    return low, high
