"""What buy-till-you-die models say of every customer: fitted at each cut-off on what was known then, no label read.

That makes their answers out-of-time predictions at every cut-off: candidates of their own, and inputs for models that learn from
labels.
"""

from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit

from clm_core import columns as c
from clm_core.errors import TooThinError
from clm_core.models.btyd import BetaGeoNBD, GammaGamma, ModifiedBetaGeoNBD

Floats = NDArray[np.float64]

NO_ORDER_PROB = "btyd_no_order_prob"
ORDERS = "btyd_orders"
VALUE = "btyd_value"


def histories_of(rows: pd.DataFrame) -> Floats:
    """Columns ``frequency``, ``last_order_age`` and ``age``, in days; a day with several orders counts once."""
    age = rows[c.DAYS_SINCE_FIRST_ORDER]
    told = [rows[c.N_ORDER_DAYS] - 1, age - rows[c.DAYS_SINCE_LAST_ORDER], age]
    return np.column_stack([column.to_numpy(dtype=np.float64) for column in told])


def values_of(rows: pd.DataFrame) -> Floats:
    """Columns ``n_values`` and ``mean_value``: days with an order, the first included, and net spend a day."""
    n = rows[c.N_ORDER_DAYS].to_numpy(dtype=np.float64)
    return np.column_stack([n, rows[c.SPEND_TOTAL].to_numpy(dtype=np.float64) / n])


def fit_orders(histories: Floats) -> BetaGeoNBD:
    """BG/NBD or MBG/NBD, whichever makes the histories likelier; they have as many parameters.

    Raises
    ------
    TooThinError
        When neither can be fitted.
    """
    fitted = []
    for model in (ModifiedBetaGeoNBD(), BetaGeoNBD()):
        try:
            fitted.append(model.fit(histories))
        except TooThinError as problem:
            refusal = problem
    if not fitted:
        raise refusal
    return max(fitted, key=lambda model: model.log_likelihood_)


def with_buying(rows: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
    """Rows of customers with a purchase, with what the models fitted at their cut-off say beside them.

    ``btyd_no_order_prob``, ``btyd_orders`` (expected days with an order) and, with amounts, ``btyd_value`` (of such a day).
    """
    told = pd.concat([_told(at_one, horizon_days) for _, at_one in rows.groupby(c.AS_OF_DAY, sort=False)])
    return pd.concat([rows, told.reindex(rows.index)], axis=1)


def _told(rows: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
    histories = histories_of(rows)
    model = fit_orders(histories)
    told = {
        NO_ORDER_PROB: model.prob_no_order(histories, horizon_days),
        ORDERS: model.expected_orders(histories, horizon_days),
    }
    if c.SPEND_TOTAL in rows:
        values = values_of(rows)
        try:
            told[VALUE] = GammaGamma().fit(values).expected_value(values)
        except TooThinError:  # every order is worth the same, or nothing
            told[VALUE] = np.full(len(rows), max(0.0, float(rows[c.SPEND_TOTAL].sum() / rows[c.N_ORDER_DAYS].sum())))
    return pd.DataFrame(told, index=rows.index)


def log_buying(rows: pd.DataFrame) -> pd.DataFrame:
    """The answers of :func:`with_buying` on the scales that models read: log odds and logarithms."""
    told = {
        NO_ORDER_PROB: logit(rows[NO_ORDER_PROB].clip(1e-6, 1 - 1e-6)),
        ORDERS: np.log(rows[ORDERS].clip(lower=1e-9)),
    }
    if VALUE in rows:
        told[VALUE] = np.log(rows[VALUE].clip(lower=1e-9))
    return pd.DataFrame(told, index=rows.index)


class BuyingForecast:
    """The buy-till-you-die answer as it is: nothing is learned from labels, so nothing can be overfitted."""

    method = (
        "BG/NBD or MBG/NBD, whichever is likelier, fitted on the orders up to the cut-off; no label is learned from."
    )

    def fit(self, rows: pd.DataFrame) -> Self:
        """Nothing to learn: the models were fitted at each cut-off."""
        return self


class BuyingChurn(BuyingForecast):
    """Exact probability of no order in the horizon."""

    def predict(self, rows: pd.DataFrame) -> Floats:
        """Probability of no purchase."""
        return rows[NO_ORDER_PROB].to_numpy(dtype=np.float64)

    def spread(self, rows: pd.DataFrame) -> Floats:
        """Of the log odds by sampling: four parameters from all customers leave next to none."""
        return np.zeros(len(rows))


class BuyingOrders(BuyingForecast):
    """Expected days with an order."""

    def predict(self, rows: pd.DataFrame) -> Floats:
        """Expected days with an order."""
        return rows[ORDERS].to_numpy(dtype=np.float64)


class BuyingSpend(BuyingForecast):
    """Expected days with an order × what such a day is worth."""

    method = f"{BuyingForecast.method} Times the Gamma-Gamma value of an order day, all orders counted."

    def predict(self, rows: pd.DataFrame) -> Floats:
        """Expected spend."""
        return (rows[ORDERS] * rows[VALUE]).to_numpy(dtype=np.float64)
