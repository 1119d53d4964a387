"""Expected orders and spend summed up: who and where, beside what was spent so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clm_core import columns as c

SHARES = (0.01, 0.05, 0.1, 0.2, 0.5)
"""Shares of customers at which the concentration of spend is read out."""


@dataclass(frozen=True)
class Totals:
    """Expected order days and net spend of all customers over the horizon."""

    orders: float
    spend: float


def expected_totals(customers: pd.DataFrame) -> Totals:
    """Sums of the customers' expectations."""
    return Totals(float(customers[c.EXPECTED_ORDERS].sum()), float(customers[c.EXPECTED_SPEND].sum()))


def spend_so_far(customers: pd.DataFrame) -> float:
    """Net spend of all known customers; not a number where the files have no amounts."""
    return float(customers[c.SPEND_TOTAL].sum(min_count=1))


def value_by(customers: pd.DataFrame, group: str, order: Sequence[str]) -> pd.DataFrame:
    """Spend so far and expected spend of each group, in the order given: the group, `n_customers`, `spend_total`, `expected_spend`."""
    grouped = customers.groupby(group)
    sums = grouped[[c.SPEND_TOTAL, c.EXPECTED_SPEND]].sum().astype(float).reindex(list(order), fill_value=0.0)
    sums.insert(0, c.N_CUSTOMERS, grouped.size().reindex(list(order), fill_value=0))
    return sums.rename_axis(group).reset_index()


def most_valuable(customers: pd.DataFrame, measure: str = c.EXPECTED_SPEND) -> pd.DataFrame:
    """Customers by expected spend, or by expected orders, highest first, with interval and spend so far."""
    shown = [c.CUSTOMER_ID, c.STAGE, c.PERSONA, c.N_ORDERS, c.SPEND_TOTAL, measure, measure + c.LOW, measure + c.HIGH]
    listed = customers[customers[measure].notna()][[*shown, c.CHURN_PROB]]
    return listed.sort_values([measure, c.CUSTOMER_ID], ascending=[False, True], ignore_index=True)


@dataclass(frozen=True)
class HeadValue:
    """Means of everyone who has bought: spent so far with what is expected, and what is expected; None where no model is shown."""

    n_customers: int
    total: float
    expected: float | None


def head_value(customers: pd.DataFrame) -> HeadValue:
    """What a customer who has bought comes to on average. Without a model the total is what was spent so far."""
    bought = customers[customers[c.N_ORDERS] > 0]
    known = bought[c.EXPECTED_SPEND].dropna().astype(float)
    expected = float(known.mean()) if len(known) else None
    return HeadValue(len(bought), float(bought[c.SPEND_TOTAL].mean()) + (expected or 0.0), expected)


def concentration(customers: pd.DataFrame, steps: int = 20) -> pd.DataFrame:
    """Share of spend by share of customers who have bought, those who spend most first: `kind`, `share_customers`, `share_spend`.

    ``kind`` is "so far" or "expected"; a kind without a total above zero is left out. Where credit notes exceed orders the curve rises
    above 1 and comes back.
    """
    bought = customers[customers[c.N_ORDERS] > 0]
    parts = []
    for kind, measure in (("so far", c.SPEND_TOTAL), ("expected", c.EXPECTED_SPEND)):
        spent = np.sort(bought[measure].dropna().to_numpy(dtype=np.float64))[::-1]
        if not len(spent) or spent.sum() <= 0:
            continue
        shares = np.unique(np.concatenate([np.linspace(0.0, 1.0, steps + 1), SHARES]))
        # between whole customers the curve is straight: a share may be less than one of them
        reached = np.interp(shares * len(spent), np.arange(len(spent) + 1), np.concatenate([[0.0], np.cumsum(spent)]))
        parts.append(pd.DataFrame({"kind": kind, "share_customers": shares, "share_spend": reached / spent.sum()}))
    return (
        pd.concat(parts, ignore_index=True)
        if parts
        else pd.DataFrame(columns=["kind", "share_customers", "share_spend"])
    )
