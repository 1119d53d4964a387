"""When a customer is likely to order next: by their own rhythm, and by a model that reads everybody's."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clm_core import columns as c
from clm_core.errors import TooThinError
from clm_core.models.btyd import BetaGeoNBD
from clm_core.models.buying import BuyingModels, histories_of
from clm_core.tables import EPOCH

Floats = NDArray[np.float64]
LEVEL = 0.8
FURTHEST_DAYS = 730
"""Beyond two years a date says nothing more than "not soon"."""
MIN_ORDER_DAYS = 3
"""Days with an order, so that there are two gaps, before a customer has a rhythm of their own."""

USUAL_GAP, DUE, STILL, NEXT = "usual_gap_days", "due_at", "still_prob", "next_at"


def next_orders(customers: pd.DataFrame, as_of_day: int) -> pd.DataFrame:
    """One row per customer who has bought, in their order.

    ``usual_gap_days`` and ``due_at`` (last order + usual gap) are the customer's own and stand from the third day with an order on.
    ``still_prob`` is the probability of not having left for good, ``next_at`` the day by which half of such customers have ordered if
    they are still there, ``next_at_low`` and ``next_at_high`` hold the middle 80 %: see :func:`days_until`. A date more than two years
    ahead is missing, and so is all of the model's where none can be fitted.
    """
    bought = customers[customers[c.N_ORDERS] > 0]
    order_days = bought[c.N_ORDER_DAYS].to_numpy(dtype=np.float64)
    gap = bought["mean_gap_days"].astype(float).where(order_days >= MIN_ORDER_DAYS)
    silent = bought[c.DAYS_SINCE_LAST_ORDER].to_numpy(dtype=np.float64)
    table = {
        c.CUSTOMER_ID: bought[c.CUSTOMER_ID].to_numpy(),
        USUAL_GAP: gap.to_numpy(),
        DUE: _at(as_of_day, gap.to_numpy() - silent),
    }
    model = _fitted(bought)
    ends = {NEXT + c.LOW: (1 - LEVEL) / 2, NEXT: 0.5, NEXT + c.HIGH: (1 + LEVEL) / 2}
    if model is None:
        return pd.DataFrame(table | {STILL: np.nan} | dict.fromkeys(ends, pd.NaT))
    histories = histories_of(bought)
    days = {name: _at(as_of_day, days_until(model, histories, share)) for name, share in ends.items()}
    return pd.DataFrame(table | {STILL: model.prob_alive(histories)} | days)


def days_until(model: BetaGeoNBD, histories: Floats, share: float) -> Floats:
    """Days in which a ``share`` of customers with these histories order, if none has left for good.

    While silent nobody leaves, so the wait is a Pareto of the second kind: (α + T) ((1 − share)^(−1 / (r + x)) − 1), the inverse of
    the silence in :meth:`BetaGeoNBD.prob_no_order`.
    """
    x, age = histories[:, 0], histories[:, 2]
    with np.errstate(over="ignore"):
        return np.asarray((model.alpha_ + age) * np.expm1(-np.log1p(-share) / (model.r_ + x)), dtype=np.float64)


def _fitted(bought: pd.DataFrame) -> BetaGeoNBD | None:
    told = [c.N_ORDER_DAYS, c.DAYS_SINCE_LAST_ORDER, c.DAYS_SINCE_FIRST_ORDER]
    try:
        return BuyingModels.of(bought[told].astype(float)).orders if len(bought) else None
    except TooThinError:
        return None


def _at(as_of_day: int, days: Floats) -> pd.Series:
    """Days ahead as dates; none where unknown or too far."""
    ahead = np.where(days <= FURTHEST_DAYS, np.ceil(days), np.nan)
    return pd.Series(pd.Timestamp(EPOCH) + pd.to_timedelta(as_of_day + ahead, unit="D"))
