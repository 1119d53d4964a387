"""People known without a purchase: they get the rate at which people like them came to order before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clm_core import columns as c
from clm_core.models.bands import LEVEL, WIDE_LEVEL
from clm_core.models.dataset import HAS_NO_ORDER, NEXT_ORDER_DAYS, NEXT_SPEND
from clm_core.models.evaluate import wilson_interval


@dataclass(frozen=True)
class LeadRates:
    """Estimate and ends of both intervals of each score for people without a purchase; empty when there was nobody like them."""

    n_people: int
    scores: dict[str, tuple[float, ...]]

    @classmethod
    def of(cls, rows: pd.DataFrame) -> LeadRates:
        """Rates at earlier cut-offs. The Wilson interval counts people, not rows: one person stands at several cut-offs."""
        leads = rows[rows[c.N_ORDERS] == 0]
        n = int(leads[c.CUSTOMER_ID].nunique())
        if not n:
            return cls(0, {})
        rate = float(leads[HAS_NO_ORDER].mean())
        ends = [float(end) for level in (LEVEL, WIDE_LEVEL) for end in wilson_interval(rate * n, n, level)]
        return cls(
            n,
            {
                c.CHURN_PROB: (rate, *ends),
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


def _outcomes(label: pd.Series) -> tuple[float, ...]:
    """Mean outcome, and the outcomes between which the share of each level lay."""
    outcomes = label.clip(lower=0.0).to_numpy(dtype=np.float64)
    mean = float(outcomes.mean())
    tails = [(1 - level) / 2 for level in (LEVEL, WIDE_LEVEL)]
    ends = [float(np.quantile(outcomes, share)) for tail in tails for share in (tail, 1 - tail)]
    return mean, min(ends[0], mean), max(ends[1], mean), min(ends[2], mean), max(ends[3], mean)
