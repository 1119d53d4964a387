"""Who came, returned and left in each period, and where people went between chosen days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from clm_core import columns as c
from clm_core.errors import InputError
from clm_core.frameworks import Framework
from clm_core.ledger import NOT_KNOWN, Ledger
from clm_core.progress.paths import StagePaths

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


def flows_between(paths: StagePaths, days: Sequence[date]) -> pd.DataFrame:
    """Who went from which stage to which between chosen period ends, each with the next.

    Columns: `from_as_of`, `as_of`, `from_stage` (empty: not known at the first of the two), `to_stage`, `n_customers`.

    Raises
    ------
    InputError
        When a day is no period end of the ledger, or there are fewer than 2 or more than 6.
    """
    chosen = _chosen_periods(paths.ledger, days)
    ids = [NOT_KNOWN, *paths.stage_ids]
    tables = []
    for before, now in pairwise(chosen):
        came, went = paths.stages[:, before] + 1, paths.stages[:, now] + 1
        counts = np.zeros((len(ids), len(ids)), np.int64)
        np.add.at(counts, (came, went), paths.n_customers)
        counts[:, 0] = 0  # not known on either day
        rows, columns = np.nonzero(counts)
        tables.append(
            pd.DataFrame(
                {
                    "from_as_of": paths.ledger.dates[before],
                    c.AS_OF: paths.ledger.dates[now],
                    c.FROM_STAGE: [ids[i] for i in rows],
                    c.TO_STAGE: [ids[i] for i in columns],
                    c.N_CUSTOMERS: counts[rows, columns],
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


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
