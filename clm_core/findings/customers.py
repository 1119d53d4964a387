"""One customer, and those whom silence will move soon."""

from __future__ import annotations

from datetime import date

import pandas as pd

from clm_core import columns as c
from clm_core.findings.finding import Finding
from clm_core.frameworks import Framework
from clm_core.silence import DAYS_LEFT
from clm_core.timeline import Timeline
from clm_core.wording import count, long_day, money


def why_here(told: Timeline, explained: pd.DataFrame, framework: Framework, as_of: date) -> Finding:
    """The stage of one customer, the rule that decided it, and what silence will bring."""
    decided = explained[explained["decides"]].iloc[0]
    stage = framework.stage(str(decided[c.STAGE]))
    says = f"They are in {stage.name} because of the first rule that holds: {decided['sentence']}."
    if told.ahead.empty:
        after = "Silence alone will not change that in the next five years."
    else:
        after = f"If nothing happens: {changes_ahead(told, framework, as_of)}."
    return Finding(f"{told.customer_id}: {stage.name}", says, after)


def changes_ahead(told: Timeline, framework: Framework, as_of: date) -> str:
    """`At risk on 19 August 2026 (in 46 days), Lost on 20 February 2027 (in 231 days)`."""
    rows = zip(told.ahead[c.DAY], told.ahead[c.STAGE], strict=True)
    return ", ".join(
        f"{framework.stage(stage).name} on {long_day(day)} (in {count((day - as_of).days, 'day')})"
        for day, stage in rows
    )


def who_leaves_soon(leaving: pd.DataFrame, framework: Framework, n_days: int, currency: str) -> Finding:
    """How many will be off the path within some days if they stay silent, what they are worth, and who is first."""
    who = count(len(leaving), "person leaves", "people leave") if len(leaving) else "Nobody leaves"
    title = f"{who} the path within {count(n_days, 'day')} if nothing happens"
    if leaving.empty:
        says = "Nobody on the path is that close to a limit of the rules."
        return Finding(title, says, "Look further ahead, or at the churn page for those likely to stay silent.")
    worth, soonest = float(leaving[c.VALUE].sum(min_count=1)), leaving.iloc[int(leaving[DAYS_LEFT].to_numpy().argmin())]
    spent = f" Together they spent {money(worth, currency)} in the last 365 days." if worth == worth else ""
    says = f"The first is due on {long_day(soonest[c.DAY])}, {framework.stage(str(soonest['next_stage'])).name}.{spent}"
    return Finding(title, says, "Write to the first of the list before their day; one order keeps them.")
