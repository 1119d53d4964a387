"""Churn scores summed up: where people are likely to leave, what they are worth, and whether the score found those who did."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from clm_core import columns as c
from clm_core.frameworks import Framework
from clm_core.models.dataset import HAS_NO_ORDER

AT_STAKE = "value_at_stake"
WORTH = "worth"
LIKELY = 0.5
"""A probability above which leaving counts as likely, unless somebody says otherwise."""


def churn_by_stage(customers: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """Mean churn probability of those who have bought, by stage in lifecycle order; bounds are means of their bounds."""
    scored = customers[customers[c.CHURN_PROB].notna() & (customers[c.N_ORDERS] > 0)]
    measures = [c.CHURN_PROB, c.CHURN_PROB + c.LOW, c.CHURN_PROB + c.HIGH]
    grouped = scored.groupby(c.STAGE)
    table = grouped[measures].mean().reindex(framework.stage_ids)
    table.insert(0, c.N_CUSTOMERS, grouped.size().reindex(framework.stage_ids, fill_value=0))
    return table.rename_axis(c.STAGE).reset_index()


def with_stake(customers: pd.DataFrame) -> pd.DataFrame:
    """Scored customers with what each is worth a year, and what of it is at stake: churn probability × worth.

    ``worth`` is net spend of the last 365 days, never below zero; where there are no amounts, the orders of these days.
    """
    scored = customers[customers[c.CHURN_PROB].notna()]
    spent = scored["spend_365d"]
    worth = (spent if spent.notna().any() else scored["n_orders_365d"]).astype(float).clip(lower=0)
    return scored.assign(**{WORTH: worth, AT_STAKE: scored[c.CHURN_PROB].astype(float) * worth})


def stake_by(staked: pd.DataFrame, group: str, order: Sequence[str], likely: float = LIKELY) -> pd.DataFrame:
    """What is at stake in each group, in the order given.

    Columns: the group, ``n_customers``, ``n_likely`` (probability above ``likely``), ``worth``, ``value_at_stake``. ``staked`` comes from
    :func:`with_stake`.
    """
    told = staked.assign(n_likely=staked[c.CHURN_PROB] > likely).groupby(group)
    table = told.agg(
        **{
            c.N_CUSTOMERS: (c.CHURN_PROB, "size"),
            "n_likely": ("n_likely", "sum"),
            WORTH: (WORTH, "sum"),
            AT_STAKE: (AT_STAKE, "sum"),
        }
    )
    filled = table.reindex(list(order)).fillna(0.0).astype({c.N_CUSTOMERS: int, "n_likely": int})
    return filled.rename_axis(group).reset_index()


def worth_keeping(staked: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """Customers still on the path, the most at stake first. ``staked`` comes from :func:`with_stake`."""
    path = [stage.id for stage in framework.stages if stage.kind == "path"]
    shown = [c.CUSTOMER_ID, c.STAGE, c.PERSONA, c.N_ORDERS, c.DAYS_SINCE_LAST_ORDER, "spend_365d", c.CHURN_PROB]
    shown += [c.CHURN_PROB + c.LOW, c.CHURN_PROB + c.HIGH, AT_STAKE]
    listed = staked.loc[staked[c.STAGE].isin(path), shown]
    return listed.sort_values([AT_STAKE, c.CUSTOMER_ID], ascending=[False, True], ignore_index=True)


def gains(test: pd.DataFrame, steps: int = 20) -> pd.DataFrame:
    """Of those who left, the share found among the most at risk: `model`, `share_contacted`, `share_found`."""
    known = test[test[c.CHURN_PROB].notna()].sort_values(c.CHURN_PROB, ascending=False)
    left = known[HAS_NO_ORDER].astype(float).to_numpy()
    contacted = np.linspace(0.0, 1.0, steps + 1)
    found = np.concatenate([[0.0], np.cumsum(left)])[np.round(contacted * len(left)).astype(int)] / max(left.sum(), 1.0)
    chance = pd.DataFrame({"model": "By chance", "share_contacted": contacted, "share_found": contacted})
    ranked = pd.DataFrame({"model": "By churn score", "share_contacted": contacted, "share_found": found})
    return pd.concat([ranked, chance], ignore_index=True)


def most_at_risk_found(test: pd.DataFrame, n: int = 100) -> tuple[int, int]:
    """Of the ``n`` most at risk at the test cut-off (fewer when there are fewer), how many did leave."""
    top = test[test[c.CHURN_PROB].notna()].nlargest(n, c.CHURN_PROB)
    return len(top), int(top[HAS_NO_ORDER].sum())


def leaving_rate(test: pd.DataFrame) -> float:
    """The share of all scored customers at the test cut-off who did leave."""
    return float(test.loc[test[c.CHURN_PROB].notna(), HAS_NO_ORDER].mean())
