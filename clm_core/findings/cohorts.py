"""Who comes back, by when they first ordered."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd

from clm_core import columns as c
from clm_core.findings.finding import Finding
from clm_core.wording import SMALL_GROUP, count, interval, money, percent, period_name


def who_comes_back(table: pd.DataFrame, unit: str) -> Finding:
    """Of all cohorts together, who ordered in the first period after that of the first order; the best and the weakest."""
    judged = _judged(table, 1)
    if judged.empty:
        if is_over := bool(((table["periods_since"] == 1) & ~table["is_partial"]).any()):
            says = f"No cohort has {SMALL_GROUP} people or more, so the shares below are no guide."
        else:
            says = f"No {unit} after a first order is over yet."
        title = "Cohorts too small to compare" if is_over else "Too early to see who comes back"
        return Finding(
            title, says, "Group by quarter." if is_over and unit == "month" else "Come back with more orders."
        )
    n, back = int(judged[c.N_CUSTOMERS].sum()), int(judged["n_ordering"].sum())
    best = judged.iloc[int(judged["share_ordering"].to_numpy().argmax())]
    weak = judged.iloc[int(judged["share_ordering"].to_numpy().argmin())]
    says = f"Of {n:,} first buyers {back:,} ({percent(back / n)}) ordered again in the {unit} after"
    if len(judged) > 1:
        says += (
            f"; most of {period_name(best['cohort'], unit)} ({percent(best['share_ordering'])}), "
            f"fewest of {period_name(weak['cohort'], unit)} ({percent(weak['share_ordering'])})"
        )
    title = f"{percent(back / n)} come back in the {unit} after"
    return Finding(title, f"{says}.", "Ask for the second order soon: the first weeks after an order decide most.")


def _judged(table: pd.DataFrame, since: int) -> pd.DataFrame:
    """Cohorts large enough to rely on, at a period after the first that is over."""
    here = table[(table["periods_since"] == since) & ~table["is_partial"] & ~table["is_small"]]
    return here.reset_index(drop=True)


def how_two_cohorts_compare(table: pd.DataFrame, one: date, other: date, unit: str, currency: str) -> Finding:
    """Two cohorts: who came back in the first period after, and what a customer spent while both were followed.

    Needs the table of :func:`clm_core.cohorts.cohort_orders`. Shares whose 95 % intervals overlap are called no clear difference.
    """
    over = table[~table["is_partial"]]
    lived = {cohort: over[over["cohort"] == cohort].reset_index(drop=True) for cohort in (one, other)}
    last = min(len(rows) for rows in lived.values()) - 1
    if one == other or last < 1:
        says = f"These two have no {unit} after the first order in common that is over."
        return Finding("Nothing to compare yet", says, "Choose two different cohorts, or older ones.")
    names = {cohort: period_name(cohort, unit) for cohort in (one, other)}
    a, b = (rows.iloc[1] for rows in lived.values())
    shares = [
        f"{interval(row['share_ordering'], row['low'], row['high'])} of the {int(row[c.N_CUSTOMERS]):,} of {names[row['cohort']]}"
        for row in (a, b)
    ]
    says = f"{' and '.join(shares)} came back in the {unit} after their first order."
    is_apart = bool(a["low"] > b["high"] or b["low"] > a["high"])
    ahead, behind = (a, b) if a["share_ordering"] >= b["share_ordering"] else (b, a)
    title = f"{names[ahead['cohort']]} came back more than {names[behind['cohort']]}"
    if not is_apart:
        title = f"No clear difference between {names[one]} and {names[other]}"
        says += " The intervals overlap, so the difference may be chance."
    if not math.isnan(a["value_per_customer"]):
        spent = [money(float(rows["value_per_customer"].iloc[last]), currency) for rows in lived.values()]
        says += f" Within {count(last, unit)} a customer spent {spent[0]} and {spent[1]}."
    if min(a[c.N_CUSTOMERS], b[c.N_CUSTOMERS]) < SMALL_GROUP:
        says += f" Fewer than {SMALL_GROUP} people: read it with care."
    next_step = (
        "Look at what brought each in: channel, offer and season." if is_apart else "Compare cohorts further apart."
    )
    return Finding(title, says, next_step)


def what_cohorts_spend(table: pd.DataFrame, unit: str, currency: str) -> Finding:
    """What a customer of the largest cohort spent in the period of the first order, and by the last that is over."""
    judged = table[~table["is_partial"] & ~table["is_small"]]
    if judged.empty or judged["periods_since"].max() < 1:
        says = f"No cohort of {SMALL_GROUP} people or more has lived through a {unit} after the first order."
        return Finding("Too early to tell", says, "Come back with a longer history.")
    oldest = judged[judged["cohort"] == judged["cohort"].min()]
    first, last = oldest.iloc[0], oldest.iloc[-1]
    name, since = period_name(first["cohort"], unit), count(int(last["periods_since"]), unit)
    start, end = (money(float(row["value_per_customer"]), currency) for row in (first, last))
    says = f"A customer of {name} spent {start} in the {unit} of the first order and {end} within {since} after it."
    growth = (
        float(last["value_per_customer"]) / float(first["value_per_customer"]) if first["value_per_customer"] else 0.0
    )
    title = f"{name}: {start} at first, {end} after {since}"
    next_step = (
        "Most of the money comes with the first order: winning customers cheaply matters most."
        if growth < 1.5
        else "Most of the money comes after the first order: what brings customers back matters most."
    )
    return Finding(title, says, next_step)


def who_stays_on_path(table: pd.DataFrame, unit: str) -> Finding:
    """Of all cohorts together, who is on the path at the latest period that most cohorts have lived through."""
    judged = table[~table["is_partial"] & ~table["is_small"]]
    n_cohorts = judged["cohort"].nunique()
    lived = judged.groupby("periods_since")["cohort"].nunique()
    common = lived[lived * 2 >= n_cohorts].index
    if not len(common) or common.max() < 1:
        says = f"No cohort of {SMALL_GROUP} people or more has lived through a {unit} after the first order."
        return Finding("Too early to tell", says, "Come back with a longer history.")
    since = int(common.max())
    here = judged[judged["periods_since"] == since]
    n, on_path = int(here[c.N_CUSTOMERS].sum()), int(here["n_on_path"].sum())
    after = f"{count(since, unit)} after the first order"
    says = f"{after[:1].upper()}{after[1:]}, {on_path:,} of {n:,} ({percent(on_path / n)}) are still on the path."
    return Finding(
        f"{percent(on_path / n, 0)} still on the path after {count(since, unit)}",
        says,
        "Act before the share falls most.",
    )
