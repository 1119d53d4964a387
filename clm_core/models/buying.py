"""What buy-till-you-die models say of every customer: fitted at each cut-off on what was known then, no label read.

That makes their answers out-of-time predictions at every cut-off: candidates of their own, and inputs for models that learn from
labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit

from clm_core import columns as c
from clm_core.errors import TooThinError
from clm_core.models.btyd import BetaGeoNBD, GammaGamma, ModifiedBetaGeoNBD, RegularBetaGeoNBD

Floats = NDArray[np.float64]

NO_ORDER_PROB = "btyd_no_order_prob"
ODDS_SPREAD = "btyd_odds_spread"
ORDERS = "btyd_orders"
VALUE = "btyd_value"
LOG = "log_"

DECISIVE = 5.0
"""Natural logarithm of the ratio of likelihoods from which evidence is decisive (Kass & Raftery 1995, JASA 90)."""
MAX_CUSTOMERS = 20_000
"""Customers that one fit learns from; four parameters are settled long before."""


def histories_of(rows: pd.DataFrame) -> Floats:
    """Columns ``frequency``, ``last_order_age`` and ``age``, in days; a day with several orders counts once."""
    age = rows[c.DAYS_SINCE_FIRST_ORDER]
    told = [rows[c.N_ORDER_DAYS] - 1, age - rows[c.DAYS_SINCE_LAST_ORDER], age]
    return np.column_stack([column.to_numpy(dtype=np.float64) for column in told])


def values_of(rows: pd.DataFrame) -> Floats:
    """Columns ``n_values`` and ``mean_value``: days with an order, the first included, and net spend a day."""
    n = rows[c.N_ORDER_DAYS].to_numpy(dtype=np.float64)
    return np.column_stack([n, rows[c.SPEND_TOTAL].to_numpy(dtype=np.float64) / n])


@dataclass(frozen=True)
class BuyingModels:
    """The model of orders at a cut-off, the one of regular gaps where they are much likelier, and the model of value, if there is one."""

    orders: BetaGeoNBD
    regular: RegularBetaGeoNBD | None
    value: GammaGamma | None

    @classmethod
    def of(cls, rows: pd.DataFrame, near: BuyingModels | None = None) -> BuyingModels:
        """Fit on every k-th customer, :data:`MAX_CUSTOMERS` at most.

        ``near`` are the models of a cut-off close by: the order models are of the same kind, and the searches start there.

        Raises
        ------
        TooThinError
            When no order model can be fitted.
        """
        taught = rows.iloc[:: -(-len(rows) // MAX_CUSTOMERS)]
        histories = histories_of(taught)
        orders = _fit_orders(histories, near)
        return cls(orders, _fit_regular(histories, orders, near), _fit_value(taught, near))

    def told(self, rows: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
        """What the models say of each customer."""
        histories, model = histories_of(rows), self.orders
        # the mean of both is safer than either: nobody's gaps are quite of one law
        speaking = [model] if self.regular is None else [model, self.regular]
        told = {
            NO_ORDER_PROB: np.mean([one.prob_no_order(histories, horizon_days) for one in speaking], axis=0),
            ODDS_SPREAD: np.mean([one.odds_spread(histories, horizon_days) for one in speaking], axis=0),
            ORDERS: model.expected_orders(histories, horizon_days),
        }
        if self.value is not None:
            told[VALUE] = self.value.expected_value(values_of(rows))
        elif c.SPEND_TOTAL in rows:  # every order is worth the same, or nothing
            told[VALUE] = np.full(len(rows), max(0.0, float(rows[c.SPEND_TOTAL].sum() / rows[c.N_ORDER_DAYS].sum())))
        return pd.DataFrame(told, index=rows.index)


def _fit_orders(histories: Floats, near: BuyingModels | None) -> BetaGeoNBD:
    """BG/NBD or MBG/NBD, whichever makes the histories likelier; they have as many parameters."""
    if near is not None:
        return type(near.orders)().fit(histories, near=near.orders)
    fitted: list[BetaGeoNBD] = []
    for kind in (ModifiedBetaGeoNBD, BetaGeoNBD):
        try:
            fitted.append(kind().fit(histories))
        except TooThinError as problem:
            refusal = problem
    if not fitted:
        raise refusal
    return max(fitted, key=lambda model: model.log_likelihood_)


def _fit_regular(histories: Floats, orders: BetaGeoNBD, near: BuyingModels | None) -> RegularBetaGeoNBD | None:
    """The model of regular gaps, where it makes the histories much likelier than ``orders`` does."""
    if near is not None:
        return None if near.regular is None else RegularBetaGeoNBD().fit(histories, near=near.regular)
    try:
        model = RegularBetaGeoNBD().fit(histories)
    except TooThinError:
        return None
    return model if model.log_density_ - orders.log_density_ > DECISIVE else None


def _fit_value(rows: pd.DataFrame, near: BuyingModels | None) -> GammaGamma | None:
    if c.SPEND_TOTAL not in rows:
        return None
    try:
        return GammaGamma().fit(values_of(rows), near=near.value if near else None)
    except TooThinError:
        return None


def with_buying(
    rows: pd.DataFrame, horizon_days: int, near: BuyingModels | None = None
) -> tuple[pd.DataFrame, BuyingModels]:
    """Rows of customers with a purchase, with what the models fitted at their cut-off say beside them; and the models of the last one.

    ``btyd_no_order_prob``, ``btyd_orders`` (expected days with an order) and, with amounts, ``btyd_value`` (of such a day), each again on
    the scale that models read, see :func:`log_buying`; and ``btyd_odds_spread``, how sure the first is. The last cut-off knows most, so it decides which order model speaks at all of
    them, unless ``near`` has.
    """
    models: list[BuyingModels] = []
    told = []
    for _, at_one in sorted(rows.groupby(c.AS_OF_DAY), reverse=True):
        models.append(BuyingModels.of(at_one, near=models[-1] if models else near))
        told.append(models[-1].told(at_one, horizon_days))
    beside = pd.concat(told).reindex(rows.index)
    return pd.concat([rows, beside, _logs(beside).add_prefix(LOG)], axis=1), models[0]


def _logs(told: pd.DataFrame) -> pd.DataFrame:
    """Log odds and logarithms."""
    scaled = {
        NO_ORDER_PROB: logit(told[NO_ORDER_PROB].clip(1e-6, 1 - 1e-6)),
        ORDERS: np.log(told[ORDERS].clip(lower=1e-9)),
    }
    if VALUE in told:
        scaled[VALUE] = np.log(told[VALUE].clip(lower=1e-9))
    return pd.DataFrame(scaled, index=told.index)


def log_buying(rows: pd.DataFrame) -> pd.DataFrame:
    """The answers that :func:`with_buying` put beside the rows, as log odds and logarithms."""
    names = [name for name in (NO_ORDER_PROB, ORDERS, VALUE) if LOG + name in rows]
    return rows[[LOG + name for name in names]].set_axis(names, axis=1)


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

    method = f"{BuyingForecast.method} Where orders come at regular gaps, the mean with MBG/CNBD-2, which expects them."

    def predict(self, rows: pd.DataFrame) -> Floats:
        """Probability of no purchase."""
        return rows[NO_ORDER_PROB].to_numpy(dtype=np.float64)

    def spread(self, rows: pd.DataFrame) -> Floats:
        """Standard deviation of the log odds that the customers fitted leave open."""
        return rows[ODDS_SPREAD].to_numpy(dtype=np.float64)


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
