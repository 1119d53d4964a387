"""The season ahead, told by the same season a year ago: what models without a calendar missed then, beside what they miss all year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clm_core import columns as c
from clm_core.models.buying import ORDERS
from clm_core.models.dataset import NEXT_ORDER_DAYS, YEAR

Floats = NDArray[np.float64]
MIN_ORDERS = 50
"""Order days a window needs for its miss to be more than chance."""


@dataclass(frozen=True)
class Season:
    """By what factor orders of the horizon lie above the year's level, and from how many earlier years."""

    factor: float
    n_years: int

    @classmethod
    def after(cls, day: int, rows: pd.DataFrame, horizon_days: int) -> Season | None:
        """The season after ``day``, from rows at :func:`clm_core.models.dataset.season_days` with labels and buy-till-you-die answers; None where they do not tell.

        The miss of a window is log(order days ÷ expected). The season is how much further the window of a year ago was missed than
        windows all through the year; of k years, k / (k + 1) of it is believed, so that one odd year moves little.
        """
        sums = rows.groupby(c.AS_OF_DAY)[[NEXT_ORDER_DAYS, ORDERS]].sum()
        sums = sums[(sums[NEXT_ORDER_DAYS] >= MIN_ORDERS) & (sums[ORDERS] > 0)]
        misses = pd.Series(np.log(sums[NEXT_ORDER_DAYS] / sums[ORDERS]), index=sums.index)
        same = misses[misses.index.isin([day - YEAR, day - 2 * YEAR])]
        through = misses[(misses.index > day - YEAR) & (misses.index <= day - horizon_days)]
        if same.empty or len(through) < YEAR // horizon_days:
            return None
        n = len(same)
        return cls(float(np.exp((same.mean() - through.mean()) * n / (n + 1))), n)

    @property
    def sentence(self) -> str:
        """What a card says of it, to be ended by whether it is applied."""
        years = "one earlier year" if self.n_years == 1 else f"{self.n_years} earlier years"
        return f"Season: orders {self.factor - 1:+.0%} beside the rest of the year, from {years}; "

    def applied(self, predicted: Floats, score: str) -> Floats:
        """The prediction in this season. Silence at a rate that is f times as high has the f-th power of its probability."""
        return predicted**self.factor if score == c.CHURN_PROB else predicted * self.factor

    def helps(self, score: str, predicted: Floats, happened: pd.Series) -> bool:
        """Whether the total would have been nearer to what happened."""
        plain, told = (abs(float(said.sum() - happened.sum())) for said in (predicted, self.applied(predicted, score)))
        return told < plain
