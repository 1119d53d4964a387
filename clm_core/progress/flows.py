"""Who came, returned and left in each period, and where people went between chosen days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from clm_core import columns as c
from clm_core.errors import InputError
from clm_core.frameworks import Framework
from clm_core.ledger import NOT_KNOWN, Ints, Ledger

MOST_DAYS = 6
"""Days between which flows can still be told apart in one picture."""
QUICK_RATIO = "Quick ratio = (newly known + back on the path) ÷ newly off the path. Above 1 more people come or return than leave."


def comings_and_goings(moves: pd.DataFrame, framework: Framework, ledger: Ledger) -> pd.DataFrame:
    """Who came, returned and left in each period, from the table of moves.

    Columns: `as_of`, `new` (newly known, on the path), `reactivated` (from off the path back to it), `newly_off` (from the
    path to off it), `quick_ratio` as in :data:`QUICK_RATIO` (missing where nobody left), `is_partial`,
    `is_first` (the history begins in it: whoever is known from then on may have been a customer for long).
    """
    off = {stage.id for stage in framework.stages if stage.kind == "off_path"} | {c.UNASSIGNED}
    was_off, is_off = moves[c.FROM_STAGE].isin(off), moves[c.TO_STAGE].isin(off)
    is_new = moves[c.FROM_STAGE] == NOT_KNOWN
    sorts = {"new": is_new & ~is_off, "reactivated": was_off & ~is_off, "newly_off": ~is_new & ~was_off & is_off}
    table = ledger.periods().set_index(c.AS_OF)
    for name, rows in sorts.items():
        sums = moves[rows].groupby(c.AS_OF)[c.N_CUSTOMERS].sum()
        table[name] = sums.reindex(table.index, fill_value=0).astype("int64")
    came = (table["new"] + table["reactivated"]).astype(float)
    table["quick_ratio"] = came / table["newly_off"].where(table["newly_off"] > 0)
    table["is_first"] = table.index == moves[c.AS_OF].min()
    return table[[*sorts, "quick_ratio", "is_partial", "is_first"]].reset_index()


def flows_between(ledger: Ledger, framework: Framework, days: Sequence[date]) -> pd.DataFrame:
    """Who went from which stage to which between chosen period ends, each with the next. Only these are read.

    Columns: `from_as_of`, `as_of`, `from_stage` (empty: not known at the first of the two), `to_stage`, `n_customers`, `rate` (of
    those in `from_stage`).

    Raises
    ------
    InputError
        When a day is no period end of the ledger, or there are fewer than 2 or more than 6.
    """
    chosen = _chosen_periods(ledger, days)
    return flows_among(ledger, framework, chosen, *rules_on(ledger, framework, chosen))


def flows_among(
    ledger: Ledger, framework: Framework, periods: Sequence[int], rules: Ints, n_customers: Ints
) -> pd.DataFrame:
    """The flows of :func:`flows_between`, from the rows of :func:`rules_on` for the same periods."""
    stages = np.array([0, *(place + 1 for place in framework.place_of_rule)], np.int16)[rules]
    ids = np.array([NOT_KNOWN, *framework.stage_ids, c.UNASSIGNED], object)
    counts = np.zeros((len(periods) - 1, len(ids), len(ids)), np.int64)
    for at in range(len(periods) - 1):
        pairs = stages[:, at].astype(np.int64) * len(ids) + stages[:, at + 1]
        counts[at] = np.bincount(pairs, n_customers, len(ids) ** 2).reshape(len(ids), len(ids))
    counts[:, :, 0] = 0  # not known on either day
    step, came, went = np.nonzero(counts)
    days = np.array([ledger.dates[period] for period in periods], object)
    return pd.DataFrame(
        {
            "from_as_of": days[step],
            c.AS_OF: days[step + 1],
            c.FROM_STAGE: ids[came],
            c.TO_STAGE: ids[went],
            c.N_CUSTOMERS: counts[step, came, went],
            c.RATE: counts[step, came, went] / counts.sum(axis=2)[step, came],
        }
    )


def rules_on(ledger: Ledger, framework: Framework, periods: Sequence[int]) -> tuple[Ints, Ints]:
    """A row for each group of customers who are alike in these periods, with the rule that decides in each: 0 where not yet known,
    else one more than its index; and how many customers each stands for.
    """
    sorts = ledger.sorts_on(framework, periods)
    rule_of = np.append(np.int16(0), framework.rules_of(sorts.cells, sorts.n_sorts) + np.int16(1))
    return rule_of[sorts.of], sorts.n_customers


def spread_days(days: Sequence[date], n_days: int) -> list[date]:
    """Some of the days in rising order, at about equal distances from the first to the last; none of none."""
    if not days:
        return []
    steps = max(min(n_days, len(days)) - 1, 1)
    return sorted({days[round(step * (len(days) - 1) / steps)] for step in range(steps + 1)})


def _chosen_periods(ledger: Ledger, days: Sequence[date]) -> list[int]:
    number = {day: period for period, day in enumerate(ledger.dates)}
    unknown = [day for day in days if day not in number]
    if unknown or not 2 <= len(set(days)) <= MOST_DAYS:
        raise InputError(
            "Flows need two to six different period ends of the history.",
            where="days to compare",
            found=str(unknown[0]) if unknown else f"{len(set(days))} different days",
            allowed=f"2 to {MOST_DAYS} of the {ledger.unit} ends from {ledger.dates[0]} to {ledger.dates[-1]}",
            next_step=f"Choose {ledger.unit} ends from the list.",
        )
    return sorted(number[day] for day in set(days))
