"""Money ahead in money of today."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from clm_core import columns as c
from clm_core.errors import PeriodError
from clm_core.models.cards import Scores

NOT_MONEY = ("model", "n_windows", "drift")


def discount_factor(discount_rate: float, horizon_days: int) -> float:
    """What an even stream of money over the horizon is worth today, per unit: (1 − e^(−δ)) / δ, δ = ln(1 + rate) × years.

    Raises
    ------
    PeriodError
        When the rate is below 0 or 1 and more.
    """
    if not 0 <= discount_rate < 1:
        raise PeriodError(
            "The discount rate must be a share of 0 or more and below 1.",
            where="discount rate a year",
            found=f"{discount_rate:g}",
            allowed="0 to 0.99, for example 0.1 for 10 %",
            next_step="Give the rate as a share, or leave it at 0.",
        )
    force = float(np.log1p(discount_rate)) * horizon_days / 365
    return 1.0 if force == 0 else float(-np.expm1(-force) / force)


def discounted(scores: Scores, discount_rate: float) -> Scores:
    """The scores with expected spend and its total, as they were made, at a rate a year; the test stays in money of its own day.

    Raises
    ------
    PeriodError
        When the rate is below 0 or 1 and more.
    """
    factor = discount_factor(discount_rate, scores.cards[0].horizon_days)
    money = [c.EXPECTED_SPEND + end for end in ("", *c.ENDS)]
    table, totals = scores.table.copy(), scores.totals.copy()
    table[money] = table[money] * factor
    amounts = [name for name in totals.columns if name not in NOT_MONEY]
    is_spend = totals["model"] == "spend"
    totals[amounts] = totals[amounts].astype(float).mask(is_spend, totals[amounts].astype(float) * factor)
    cards = tuple(
        replace(card, discount_rate=discount_rate) if card.model == "spend" else card for card in scores.cards
    )
    return replace(scores, table=table, totals=totals, cards=cards)
