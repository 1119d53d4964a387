"""What the data can carry: for each analysis what it needs, what the files have, and whether that is enough.

Counting only: no model is fitted. The limits of churn, orders and spend are those by which the models refuse
(:mod:`clm_core.models.limits`), at the same cut-offs, so a red light here and a refusal there cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from clm_core import columns as c
from clm_core.errors import TooThinError
from clm_core.models.dataset import MIN_HISTORY_DAYS, plan_cutoffs
from clm_core.models.limits import MIN_CUSTOMERS, MIN_OF_EACH
from clm_core.tables import Tables, count_orders
from clm_core.wording import SMALL_GROUP, count, percent

Status = Literal["ready", "limited", "not_possible"]

COMFORTABLE = 5
"""How many times the least makes a light green: at the least itself an interval is as wide as the answer."""
MONTHS_OF_A_SEASON = 12
LONG_SILENCE = 3
"""A last order this many times longer ago than the usual longest quiet spell is a sign of a stale or cut file."""


@dataclass(frozen=True)
class Requirement:
    """One analysis: its light, the file's own figure, what is needed, and what follows from it."""

    analysis: str
    status: Status
    figure: str
    threshold: str
    says: str


@dataclass(frozen=True)
class _Facts:
    """Days with a purchase, one row per customer and day up to the as-of day, and what else the files hold."""

    days: pd.DataFrame
    n_orders: int
    first_day: int
    as_of_day: int
    tables: Tables

    @property
    def n_buyers(self) -> int:
        return int(self.days[c.CUSTOMER_ID].nunique())

    @property
    def n_repeat(self) -> int:
        return int((self.days.groupby(c.CUSTOMER_ID).size() > 1).sum())

    @property
    def history_days(self) -> int:
        return self.as_of_day - self.first_day


def assess(tables: Tables, as_of_day: int, horizon_days: int) -> tuple[Requirement, ...]:
    """What each analysis needs beside what these files have, as at a day.

    Parameters
    ----------
    tables
        The canonical tables.
    as_of_day, horizon_days
        The day of the analysis (days since 1970-01-01), and how many days ahead scores look.

    Returns
    -------
    tuple of Requirement
        In the order in which a person meets the analyses in the app.
    """
    orders = tables.orders.to_pandas()[[c.CUSTOMER_ID, c.DAY, c.IS_PURCHASE]]
    bought = orders[orders[c.IS_PURCHASE] & (orders[c.DAY] <= as_of_day)]
    days = bought[[c.CUSTOMER_ID, c.DAY]].drop_duplicates()
    if days.empty:
        return (Requirement("Stages today", "not_possible", "no purchase", "1 customer who bought", "Add orders."),)
    facts = _Facts(days, count_orders(tables.orders, as_of_day), int(orders[c.DAY].min()), as_of_day, tables)
    churn = _churn(facts, horizon_days)
    return (
        _stages(facts),
        _moves(facts),
        _rhythm(facts),
        churn,
        _value(facts, churn),
        _freshness(facts),
        _early_stages(facts),
    )


def _stages(facts: _Facts) -> Requirement:
    light: Status = "ready" if facts.n_buyers >= SMALL_GROUP else "limited"
    says = {
        "ready": "Every customer is sorted into a stage.",
        "limited": "Customers are sorted into stages; shares of so few people say little.",
    }[light]
    figure = f"{count(facts.n_buyers, 'customer')}, {count(facts.n_orders, 'order')}"
    return Requirement("Stages today", light, figure, f"{SMALL_GROUP} customers", says)


def _moves(facts: _Facts) -> Requirement:
    first, last = pd.to_datetime([facts.first_day, facts.as_of_day], unit="D").to_period("M")
    n_ends = (last - first).n + 1
    light: Status = "ready" if n_ends > MONTHS_OF_A_SEASON else "limited" if n_ends > 1 else "not_possible"
    says = {
        "ready": "Moves cover a whole year, so a season can be told from a trend.",
        "limited": "Moves are shown; with less than a year a season looks like a trend.",
        "not_possible": "There is one month end only, so nobody can have moved.",
    }[light]
    return Requirement(
        "Moves between stages",
        light,
        f"{count(n_ends, 'month end')}",
        f"2 month ends; {MONTHS_OF_A_SEASON + 1} for a whole year",
        says,
    )


def _rhythm(facts: _Facts) -> Requirement:
    n = facts.n_repeat
    light: Status = "ready" if n >= MIN_CUSTOMERS else "limited" if n >= SMALL_GROUP else "not_possible"
    says = {
        "ready": "The usual time between orders can be read off.",
        "limited": "The usual time between orders is a rough guess.",
        "not_possible": "Too few came back to say when one usually does.",
    }[light]
    figure = f"{count(n, 'repeat buyer')} ({percent(n / facts.n_buyers)} of {facts.n_buyers:,})"
    return Requirement(
        "Rhythm of orders", light, figure, f"{SMALL_GROUP} repeat buyers; {MIN_CUSTOMERS} to be firm", says
    )


def _churn(facts: _Facts, horizon_days: int) -> Requirement:
    """By the rules the models refuse by: enough history, customers, and customers of either outcome, in both windows."""
    name = f"Churn and orders, {horizon_days} days ahead"
    needs_days = horizon_days + MIN_HISTORY_DAYS
    threshold = (
        f"{needs_days} days of history, {MIN_CUSTOMERS} customers, {MIN_OF_EACH} who came back and {MIN_OF_EACH} who did "
        "not, in each window learned from or tested on"
    )
    history = f"{facts.history_days:,} days of history"
    try:
        cutoffs = plan_cutoffs(facts.first_day, facts.as_of_day, horizon_days)
    except TooThinError as refusal:
        return Requirement(name, "not_possible", history, threshold, _next_step(refusal))
    windows = [_outcomes(facts.days, days, horizon_days) for days in (cutoffs.train, (cutoffs.test,)) if days]
    n, back, gone = (min(values) for values in zip(*windows, strict=True))
    figure = f"{history}; {n:,} customers, {back:,} came back, {gone:,} did not"
    if n < MIN_CUSTOMERS or min(back, gone) < MIN_OF_EACH:
        return Requirement(
            name, "not_possible", figure, threshold, "No score is shown: choose another horizon, or add older orders."
        )
    is_ample = n >= COMFORTABLE * MIN_CUSTOMERS and min(back, gone) >= COMFORTABLE * MIN_OF_EACH
    says = (
        "A model can be learned and tested; it is shown if it ranks customers no worse than its baseline."
        if is_ample
        else "A model can be learned and tested, with wide intervals; it is shown if it ranks no worse than its baseline."
    )
    return Requirement(name, "ready" if is_ample else "limited", figure, threshold, says)


def _outcomes(days: pd.DataFrame, cutoffs: tuple[int, ...], horizon_days: int) -> tuple[int, int, int]:
    """Customers with a purchase by a cut-off, those who bought in the horizon after one, and those who did not after one."""
    customer, day = pd.factorize(days[c.CUSTOMER_ID])[0], days[c.DAY].to_numpy()
    known, back, gone = np.zeros((3, len(days)), bool)
    for cutoff in cutoffs:
        before, after = np.zeros((2, len(days)), bool)
        before[customer[day <= cutoff]] = True
        after[customer[(day > cutoff) & (day <= cutoff + horizon_days)]] = True
        known |= before
        back |= before & after
        gone |= before & ~after
    return int(known.sum()), int(back.sum()), int(gone.sum())


def _next_step(refusal: TooThinError) -> str:
    return refusal.next_step or refusal.what


def _value(facts: _Facts, churn: Requirement) -> Requirement:
    name = churn.analysis.replace("Churn and orders", "Value")
    threshold = "an amount for each order, and what churn needs"
    if not facts.tables.has_amounts:
        says = "Map a column to the amount, or quantity and unit price."
        return Requirement(name, "not_possible", "no amounts", threshold, says)
    says = "Expected spend follows." if churn.status != "not_possible" else "Spend so far is shown; no projection."
    return Requirement(name, churn.status, "amounts on every order", threshold, says)


def _freshness(facts: _Facts) -> Requirement:
    """Days since the last order, against the longest quiet spell that one order in twenty is followed by."""
    seen = np.unique(facts.days[c.DAY].to_numpy())
    silent = facts.as_of_day - int(seen[-1])
    usual = float(np.quantile(np.diff(seen), 0.95)) if len(seen) > 1 else 1.0
    limit = int(np.ceil(LONG_SILENCE * max(usual, 1.0)))
    light: Status = "ready" if silent <= limit else "limited"
    says = (
        "The file is as fresh as the day of the analysis."
        if light == "ready"
        else "Nobody ordered for unusually long: is the export cut, or the as-of day too late? Everyone looks more silent than they are."
    )
    return Requirement(
        "Freshness", light, f"{count(silent, 'day')} since the last order", f"at most {limit} days", says
    )


def _early_stages(facts: _Facts) -> Requirement:
    given = [name for name in ("customers", "events") if getattr(facts.tables, name) is not None]
    light: Status = "ready" if "events" in given else "limited" if given else "not_possible"
    says = {
        "ready": "People are placed before their first order, and advocates after it.",
        "limited": "Sign-ups are placed before their first order; visits and clicks are not known.",
        "not_possible": "Stages before the first order stay empty: add customers or events.",
    }[light]
    figure = (
        " and ".join(count(getattr(facts.tables, name).num_rows, name.removesuffix("s")) for name in given)
        or "orders only"
    )
    return Requirement("Stages before the first order", light, figure, "a customers or events file", says)
