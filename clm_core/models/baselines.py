"""What anyone could say without a model. Shown beside each model, and the least it has to match."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clm_core import columns as c
from clm_core.models.dataset import HAS_NO_ORDER, NEXT_ORDER_DAYS, NEXT_SPEND
from clm_core.models.value import match_level

Floats = NDArray[np.float64]


class FrequencyTable:
    """Share without a further order by days since the last order (fifths) and number of orders (1, 2, 3 or more)."""

    method = "The share in training by fifth of days since the last order and by 1, 2, 3 or more orders."

    def fit(self, rows: pd.DataFrame) -> Self:
        """Count shares on training rows; each cell leans on the share of all by one row's weight."""
        fifths = np.quantile(rows[c.DAYS_SINCE_LAST_ORDER], [0.2, 0.4, 0.6, 0.8])
        self.edges_ = np.unique(fifths)
        self.share_ = float(rows[HAS_NO_ORDER].mean())
        counted = pd.DataFrame({"cell": self._cells(rows), "y": rows[HAS_NO_ORDER].to_numpy(dtype=float)})
        sums = counted.groupby("cell")["y"].agg(["sum", "size"])
        self.rates_ = (sums["sum"] + self.share_) / (sums["size"] + 1)
        return self

    def _cells(self, rows: pd.DataFrame) -> NDArray[np.int64]:
        fifth = np.searchsorted(self.edges_, rows[c.DAYS_SINCE_LAST_ORDER].to_numpy(), side="left")
        return np.asarray(fifth * 3 + rows[c.N_ORDERS].clip(1, 3).to_numpy(dtype=int) - 1)

    def predict(self, rows: pd.DataFrame) -> Floats:
        """The share of the customer's cell, or of all where the cell was empty."""
        cells = pd.Series(self._cells(rows))
        return cells.map(self.rates_).fillna(self.share_).to_numpy(dtype=np.float64)


def fitted_baseline(make: Callable[[], Any], train: pd.DataFrame, test: pd.DataFrame) -> tuple[str, Floats]:
    """What a baseline is, and what it says of ``test``.

    Without rows to learn from, each half of the customers gets what the other half teaches on the test window itself: the
    baseline then knows the period, which no model did.
    """
    if len(train):
        fitted = make().fit(train)
        return fitted.method, fitted.predict(test)
    is_odd = np.arange(len(test)) % 2 == 1
    said = np.empty(len(test))
    for half in (is_odd, ~is_odd):
        fitted = make().fit(test[~half])
        said[half] = fitted.predict(test[half])
    return (
        f"{fitted.method} For want of an earlier window it learned from every second customer of the test window.",
        said,
    )


class OwnRate:
    """The customer's own pace so far, carried on: amount so far ÷ days known × horizon, at the level of training.

    Days known count as one horizon at least; otherwise a first order yesterday would promise one every day.
    """

    def __init__(self, horizon_days: int, source: str, label: str) -> None:
        self.horizon_days, self.source, self.label = horizon_days, source, label

    @property
    def method(self) -> str:
        """What is carried on, in a sentence."""
        what = "days with an order" if self.label == NEXT_ORDER_DAYS else "spend"
        return f"Own {what} so far ÷ days since the first order × horizon, at the level of training."

    def fit(self, rows: pd.DataFrame) -> Self:
        """Match the total of training rows."""
        self.level_ = match_level(self._raw(rows), rows[self.label].clip(lower=0.0), float("inf"))
        return self

    def _raw(self, rows: pd.DataFrame) -> Floats:
        days = rows[c.DAYS_SINCE_FIRST_ORDER].clip(lower=self.horizon_days)
        return np.asarray(rows[self.source].clip(lower=0.0) / days * self.horizon_days, dtype=np.float64)

    def predict(self, rows: pd.DataFrame) -> Floats:
        """The pace carried on."""
        return self._raw(rows) * self.level_


def own_orders(horizon_days: int) -> OwnRate:
    """The baseline of expected orders."""
    return OwnRate(horizon_days, c.N_ORDER_DAYS, NEXT_ORDER_DAYS)


def own_spend(horizon_days: int) -> OwnRate:
    """The baseline of expected spend."""
    return OwnRate(horizon_days, c.SPEND_TOTAL, NEXT_SPEND)
