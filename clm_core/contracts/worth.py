"""How long customers under contract stay, and what the rest of each contract is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clm_core import columns as c
from clm_core.contracts.learn import Learned
from clm_core.contracts.prepare import Contracts
from clm_core.rhythm.curve import followed, reach, survival_of
from clm_core.wording import SMALL_GROUP

Floats = NDArray[np.float64]

MONTHS_AHEAD = 24
ALL = "all customers"


@dataclass(frozen=True)
class Margin:
    """What is left of a month: a share of the charge, or an amount that is the same for everybody."""

    share: float = 1.0
    amount: float | None = None

    def of(self, charge: pd.Series) -> pd.Series:
        """The margin a month of each charge."""
        return charge * self.share if self.amount is None else charge.mul(0).fillna(0).add(self.amount)


def tenure_curves(contracts: Contracts, group: str = "") -> pd.DataFrame:
    """Kaplan–Meier share still there by month, one curve a group: `segment`, `tenure`, `n_at_risk`, `survival`.

    Those still there count as long as they were seen (Kaplan & Meier 1958). Months are rounded to whole ones; a curve ends where fewer
    than 30 were followed, or a quarter of a group below 120.
    """
    parts = []
    for name, own in _groups(contracts, group):
        at_risk, survival = _curve(contracts.people[own])
        parts.append(
            pd.DataFrame(
                {"segment": name, "tenure": np.arange(len(survival)), "n_at_risk": at_risk, "survival": survival}
            )
        )
    return pd.concat(parts, ignore_index=True)


def worth(
    contracts: Contracts, learned: Learned, group: str = "", margin: Margin = Margin(), months_ahead: int = MONTHS_AHEAD
) -> pd.DataFrame:
    """Each customer still there, most at stake first.

    `customer_id`, `segment`, `months`, `churn_prob`, `remaining_months` (the area under the group's curve over ``months_ahead``, given
    the tenure so far; beyond the longest seen the mean rate of leaving is carried on), `margin` a month, `value` = remaining months
    × margin, undiscounted, and `value_at_stake` = value × probability of leaving.
    """
    people = contracts.people
    remaining = np.full(len(people), np.nan)
    segment = np.full(len(people), ALL, dtype=object)
    for name, own in _groups(contracts, group):
        segment[own] = name
        if contracts.has_tenure:
            lived = _whole(people.loc[own, "months"])
            remaining[own] = _area_ahead(_curve(people[own])[1], months_ahead, int(lived.max()))[lived]
    stays = ~people["has_left"].to_numpy()
    kept = people[stays].assign(segment=segment[stays], remaining_months=remaining[stays], churn_prob=learned.asked)
    kept["margin"] = margin.of(kept["charge"])
    kept["value"] = kept["remaining_months"] * kept["margin"]
    kept["value_at_stake"] = kept["value"] * kept[c.CHURN_PROB]
    names = [c.CUSTOMER_ID, "segment", "months", c.CHURN_PROB, "remaining_months", "margin", "value", "value_at_stake"]
    by = ["value_at_stake", c.CHURN_PROB]
    return kept.sort_values(by, ascending=False, na_position="last")[names].reset_index(drop=True)


def worth_by_group(told: pd.DataFrame) -> pd.DataFrame:
    """The groups of :func:`worth` with their sums, most at stake first: `segment`, `n_customers`, `worth`, `value_at_stake`, `churn_prob`."""
    groups = told.groupby("segment", sort=False)
    table = groups.agg(
        n_customers=(c.CUSTOMER_ID, "size"),
        worth=("value", "sum"),
        value_at_stake=("value_at_stake", "sum"),
        churn_prob=(c.CHURN_PROB, "mean"),
    )
    return table.sort_values(["value_at_stake", c.CHURN_PROB], ascending=False).reset_index()


def _groups(contracts: Contracts, group: str) -> list[tuple[str, NDArray[np.bool_]]]:
    if not group:
        return [(ALL, np.ones(len(contracts.people), bool))]
    values = contracts.texts[group].to_numpy()
    return [(str(name), values == name) for name in sorted(set(values))]


def _whole(months: pd.Series) -> NDArray[np.int64]:
    return np.asarray(months.fillna(0).round(), dtype=np.int64)


def _curve(people: pd.DataFrame) -> tuple[NDArray[Any], Floats]:
    """How many were followed to each month, and the share still there after it, as far as enough were followed to tell."""
    lived, has_left = _whole(people["months"]), people["has_left"].to_numpy()
    longest = int(lived.max())
    gone, still = (np.bincount(lived[has_left == outcome], minlength=longest + 1) for outcome in (True, False))
    at_risk = followed(gone, still)
    n = reach(at_risk, min(SMALL_GROUP, len(people) // 4))
    return at_risk[:n], survival_of(gone[:n], at_risk[:n])


def _area_ahead(survival: Floats, months_ahead: int, longest: int) -> Floats:
    """Expected months to come at each tenure up to the longest: Σ S(t + u) / S(t) over u = 1 … months ahead."""
    positive = survival[survival > 0]
    # beyond the curve, the mean rate of leaving so far is carried on: constant hazard −ln S / t
    rate = np.exp(np.log(positive[-1]) / max(len(positive) - 1, 1))
    n_more = max(longest + months_ahead + 1 - len(positive), 0)
    carried = np.concatenate([positive, positive[-1] * rate ** np.arange(1, n_more + 1)])
    summed = np.concatenate([[0.0], np.cumsum(carried)])
    at = np.arange(longest + 1)
    return np.asarray((summed[at + 1 + months_ahead] - summed[at + 1]) / carried[at], dtype=np.float64)
