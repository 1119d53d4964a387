"""Why one customer has their score: what differs from the average customer, and how much each difference moves.

The line nearest to the scores of all customers (a global surrogate: Molnar, Interpretable Machine Learning, ch. 8.6) says what an input
weighs; an input's share in a score is its weight × its distance from the average. Inputs that tell of the same thing, as days since
the last order and the same in usual gaps, are summed: their shares apart would say more about the line than about the customer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from clm_core import columns as c
from clm_core.features import FEATURES
from clm_core.models import ModelCard
from clm_core.models.buying import BuyingForecast
from clm_core.models.inputs import GAP, GAP_RATIO, ORDERS_PER_DAY, SINGLE, model_inputs
from clm_core.models.scaling import Scaling
from clm_core.wording import count, money, percent

Floats = NDArray[np.float64]
RIDGE = 1e-3
MAX_ROWS = 20_000

SUBJECTS: dict[str, tuple[str, ...]] = {
    "Silence": (c.DAYS_SINCE_LAST_ORDER, GAP_RATIO),
    "Orders": (c.N_ORDER_DAYS, "n_orders_90d", "n_orders_365d", GAP, ORDERS_PER_DAY, SINGLE),
    "Money": (c.SPEND_TOTAL, "spend_365d", "mean_order_value"),
    "Discounts": ("discount_share",),
    "Time as a customer": (c.DAYS_SINCE_FIRST_ORDER,),
    "Actions": ("n_actions_90d", "n_sign_ups", "n_carts_30d", "n_clicks_90d"),
    "Messages": ("n_contacts_30d",),
    "Calls for help": ("n_tickets_90d",),
    "Reviews and referrals": ("n_advocacy_365d",),
}
"""What the inputs tell of, the most telling first."""
EXACT = (c.N_ORDER_DAYS, c.DAYS_SINCE_LAST_ORDER, c.DAYS_SINCE_FIRST_ORDER)
"""All that buy-till-you-die models read of a customer."""
PLAIN = ("discount_share",)
"""Inputs that are read as they are."""
REST = "Everything else together"


def speaks_alone(card: ModelCard) -> bool:
    """Whether the buy-till-you-die answer is the score, with nothing learned from labels beside it."""
    return card.method.startswith(BuyingForecast.method)


@dataclass(frozen=True)
class Reasons:
    """The line nearest to a score, over all customers who have it.

    ``level`` is its height for somebody average in everything, ``explained`` the share of the differences between customers that it
    follows (R²).
    """

    score: str
    inputs: tuple[str, ...]
    scaling: Scaling
    weights: Floats
    level: float
    explained: float

    @property
    def average(self) -> float:
        """The score of a customer average in everything."""
        return float(_unlinked(self.score, np.array(self.level)))


def learn_reasons(customers: pd.DataFrame, score: str, card: ModelCard) -> Reasons:
    """Fit the line to the scores of everybody who has bought. ``score`` is ``churn_prob`` or ``expected_spend``.

    Where the buy-till-you-die answer speaks alone, the line reads what that model reads and nothing else.
    """
    known = customers[(customers[c.N_ORDERS] > 0) & customers[score].notna()]
    known = known.iloc[:: -(-len(known) // MAX_ROWS) or 1]
    inputs = _inputs(known)
    if speaks_alone(card):
        inputs = inputs[list(EXACT)]
    X = inputs.to_numpy()
    scaling = Scaling.of(X)
    Z, target = scaling.apply(X), _linked(score, known[score].to_numpy(dtype=np.float64))
    level = float(target.mean())
    weights = np.asarray(
        np.linalg.solve(Z.T @ Z + RIDGE * len(Z) * np.eye(Z.shape[1]), Z.T @ (target - level)), dtype=np.float64
    )
    spread = float(((target - level) ** 2).sum())
    left = float(((target - level - Z @ weights) ** 2).sum())
    explained = 1 - left / spread if spread else 0.0
    return Reasons(score, tuple(inputs.columns), scaling, weights, level, explained)


def explain(reasons: Reasons, customer: pd.DataFrame, currency: str = "") -> pd.DataFrame:
    """What sets one customer apart, the largest first: `subject`, `because`, `effect`.

    ``customer`` is their row. ``effect`` is in points of probability, or times as much for money: the score, against what it would be if
    this alone were average. Effects of several subjects therefore do not add up to the whole difference. What the line does not follow
    is "Everything else together".
    """
    own = _inputs(customer)[list(reasons.inputs)].to_numpy()
    shares = (reasons.scaling.apply(own) * reasons.weights)[0]
    here = float(_linked(reasons.score, customer[reasons.score].to_numpy(dtype=np.float64))[0])
    rows = []
    for subject, names in SUBJECTS.items():
        own_shares = {name: float(shares[reasons.inputs.index(name)]) for name in names if name in reasons.inputs}
        if own_shares:
            whole = sum(own_shares.values())
            rows.append((subject, _because(reasons, own_shares, whole, customer, currency), whole))
    rest = here - reasons.level - float(shares.sum())
    rows.append((REST, "how the models put these together, and what the line nearest to them does not follow", rest))
    table = pd.DataFrame(rows, columns=["subject", "because", "share"])
    table["effect"] = [_effect(reasons.score, here, share) for share in table.pop("share")]
    size = table["effect"].abs() if reasons.score == c.CHURN_PROB else np.log(table["effect"]).abs()
    return table.iloc[np.argsort(-size.to_numpy(), kind="stable")].reset_index(drop=True)


def _inputs(customers: pd.DataFrame) -> pd.DataFrame:
    """The model inputs of listed customers; columns that are no features, and features without a value, tell nothing."""
    numbers = [name for name in customers.columns if name in FEATURES and FEATURES[name].kind == "number"]
    given = customers[numbers].astype("float64")
    return model_inputs(given)


def _linked(score: str, values: Floats) -> Floats:
    linked = logit(np.clip(values, 1e-6, 1 - 1e-6)) if score == c.CHURN_PROB else np.log(np.maximum(values, 1e-9))
    return np.asarray(linked, dtype=np.float64)


def _unlinked(score: str, values: Floats) -> Floats:
    return np.asarray(expit(values) if score == c.CHURN_PROB else np.exp(values), dtype=np.float64)


def _effect(score: str, here: float, share: float) -> float:
    if score == c.CHURN_PROB:
        return float(expit(here) - expit(here - share))
    return float(np.exp(share))


def _because(reasons: Reasons, shares: dict[str, float], whole: float, customer: pd.DataFrame, currency: str) -> str:
    """The first input of a subject that moves the score as the subject does, in words, beside the average customer."""
    told = [name for name in shares if name in FEATURES and name in customer]
    name = next((name for name in told if shares[name] * whole > 0), told[0] if told else "")
    if not name:
        return ""
    own, mean = customer[name].astype(float).iloc[0], float(reasons.scaling.mean[reasons.inputs.index(name)])
    average = mean if name in PLAIN else float(np.sign(mean) * np.expm1(abs(mean)))  # inputs are logarithms
    return f"{_said(name, own, currency)} (average customer: {_number(name, average, currency)})"


def _said(name: str, value: float, currency: str) -> str:
    feature = FEATURES[name]
    if value != value:
        return f"no {feature.label}"
    if feature.is_whole:
        return count(round(value), feature.singular or feature.label, feature.label)
    return f"{_number(name, value, currency)} {feature.label}"


def _number(name: str, value: float, currency: str) -> str:
    unit = FEATURES[name].unit
    if unit == "money":
        return money(value, currency)
    return percent(value, 0) if unit == "share" else f"{value:,.1f}" if value < 10 else f"{value:,.0f}"
