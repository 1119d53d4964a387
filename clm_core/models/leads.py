"""People known without a purchase: they get the rate at which people like them came to order before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clm_core import columns as c
from clm_core.models.bands import LEVEL
from clm_core.models.dataset import HAS_NO_ORDER, NEXT_ORDER_DAYS, NEXT_SPEND
from clm_core.models.evaluate import wilson_interval


@dataclass(frozen=True)
class LeadRates:
    """Estimate, low and high of each score for people without a purchase; empty when there was nobody like them."""

    n_people: int
    scores: dict[str, tuple[float, float, float]]

    @classmethod
    def of(cls, rows: pd.DataFrame) -> LeadRates:
        """Rates at earlier cut-offs. The Wilson interval counts people, not rows: one person stands at several cut-offs."""
        leads = rows[rows[c.N_ORDERS] == 0]
        n = int(leads[c.CUSTOMER_ID].nunique())
        if not n:
            return cls(0, {})
        rate = float(leads[HAS_NO_ORDER].mean())
        low, high = wilson_interval(rate * n, n, LEVEL)
        return cls(
            n,
            {
                c.CHURN_PROB: (rate, min(float(low), rate), max(float(high), rate)),
                c.EXPECTED_ORDERS: _outcomes(leads[NEXT_ORDER_DAYS]),
                c.EXPECTED_SPEND: _outcomes(leads[NEXT_SPEND]),
            },
        )

    @property
    def sentence(self) -> str:
        """What a card says about them."""
        if not self.n_people:
            return "People known without a purchase have no score: there was nobody like them at an earlier cut-off."
        return (
            f"People known without a purchase get the average of {self.n_people} people like them at earlier cut-offs."
        )


def _outcomes(label: pd.Series) -> tuple[float, float, float]:
    """Mean outcome, and the outcomes one in ten stayed below or went above."""
    outcomes = label.clip(lower=0.0).to_numpy(dtype=np.float64)
    mean = float(outcomes.mean())
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(outcomes, [tail, 1 - tail])
    return mean, min(float(low), mean), max(float(high), mean)
