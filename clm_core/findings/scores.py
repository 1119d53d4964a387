"""Who may leave, and what is to come."""

from __future__ import annotations

import pandas as pd

from clm_core import columns as c
from clm_core.findings.finding import Finding
from clm_core.models import ModelCard, Scores
from clm_core.wording import money, percent


def who_may_leave(scores: Scores, customers: pd.DataFrame, on_path: pd.DataFrame, horizon_days: int) -> Finding:
    """How many of those who have bought are expected to stay silent, and how many of them are still on the path."""
    card = card_of(scores, "churn")
    if card.verdict == "refused":
        says = f"No churn score is shown: {card.reason}"
        return Finding("Too little to tell", says, "Upload a longer history, or choose another horizon.")
    known = customers.loc[customers[c.N_ORDERS] > 0, c.CHURN_PROB].dropna()
    n_likely = int((on_path[c.CHURN_PROB] > 0.5).sum())
    says = (
        f"About {float(known.sum()):,.0f} of {len(known):,} customers are expected to order nothing in the next {horizon_days} "
        f"days; of the {len(on_path):,} still on the path {n_likely:,} are more likely to leave than to stay."
    )
    return Finding(
        f"{n_likely:,} of {len(on_path):,} on the path may leave",
        says,
        "Start with the valuable ones in the list below.",
    )


def what_is_to_come(scores: Scores, so_far: float, currency: str, horizon_days: int) -> Finding:
    """Expected spend over the horizon beside what was spent so far."""
    card = card_of(scores, "spend")
    if card.verdict == "refused":
        says = f"No value is shown: {card.reason}"
        return Finding("Too little to tell", says, "What the data can carry is on the other pages.")
    ahead = money(float(scores.table[c.EXPECTED_SPEND].sum()), currency)
    says = (
        f"All customers together are expected to spend {ahead} in the next {horizon_days} days; "
        f"so far it was {money(so_far, currency)}. {_how_far_off(card.metrics['bias'])}"
    )
    return Finding(f"{ahead} expected in {horizon_days} days", says, "Protect the stage that holds most of it.")


def _how_far_off(bias: float) -> str:
    """What a total of this sort missed by on the test window, the only honest bound there is for it."""
    if abs(bias) < 0.005:
        return "On the test window such a total was right."
    return f"On the test window such a total was {percent(abs(bias), 0)} too {'high' if bias > 0 else 'low'}."


def card_of(scores: Scores, model: str) -> ModelCard:
    """The card of one model."""
    return next(card for card in scores.cards if card.model == model)
