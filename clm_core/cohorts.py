"""Customers grouped by when they first ordered: who orders again, who is still on the path, what they spend.

A cohort is everyone whose first purchase in the file falls into the same month or quarter; later periods are counted from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa

from clm_core import columns as c
from clm_core.engine import collect
from clm_core.features import Frame, Frames
from clm_core.frameworks import Framework
from clm_core.ledger import Ledger
from clm_core.models.evaluate import wilson_interval
from clm_core.tables import to_date
from clm_core.wording import SMALL_GROUP, count, long_day

By = Literal["month", "quarter"]
COHORT, SINCE = "cohort", "periods_since"
LEVEL = 0.95
MONTHS_IN: dict[By, int] = {"month": 1, "quarter": 3}


@dataclass(frozen=True)
class NewCustomers:
    """What "new" means here: the first order in the file, which is not the first ever for people known before it begins."""

    n_buyers: int
    n_known_before: int | None
    first_day: date

    @property
    def sentence(self) -> str:
        """The definition in words, with how many it may be wrong for."""
        says = f"New means the first order in the file, which begins on {long_day(self.first_day)}."
        if self.n_known_before is None:
            return f"{says} Whoever ordered before that day counts as new too: the files do not tell who did."
        if not self.n_known_before:
            return f"{says} None of the {self.n_buyers:,} buyers was known before that day."
        people = count(self.n_known_before, "buyer")
        verb = "was" if self.n_known_before == 1 else "were"
        return (
            f"{says} {people} of {self.n_buyers:,} {verb} known before that day, so that it may not be the first ever."
        )


def new_customers(frames: Frames, as_of_day: int) -> NewCustomers:
    """How many buyers there are up to a day, and how many of them have a sign-up date before the first order in the file."""
    bought = _purchases(frames, as_of_day).group_by(c.CUSTOMER_ID).agg(nw.col(c.DAY).min())
    n_buyers = int(collect(bought.select(nw.len().alias("n")))["n"].iloc[0])
    n_known_before = None
    if frames.customers is not None:
        early = frames.customers.filter(nw.col(c.DAY) < frames.first_day).select(c.CUSTOMER_ID)
        known = bought.join(early, on=c.CUSTOMER_ID, how="inner").select(nw.len().alias("n"))
        n_known_before = int(collect(known)["n"].iloc[0])
    return NewCustomers(n_buyers, n_known_before, to_date(frames.first_day))


def cohort_orders(frames: Frames, as_of_day: int, by: By = "month") -> pd.DataFrame:
    """Who of each cohort ordered in each later period, and what a member has spent by then.

    One row per cohort and period since, from 0, the period of the first order, to the last that has begun. Columns:
    `cohort` (first day of it), `periods_since`, `n_customers` (size of the cohort), `n_ordering`, `share_ordering` with
    `low` and `high` (95 %, Wilson), `value_per_customer` (net, cumulative; missing without amounts; credit notes before the
    first order count in period 0), `is_small`, `is_partial` (the period is not over on the as-of day).
    """
    calendar = frames.engine.frame(_calendar(frames.first_day, as_of_day, by))
    first = _purchases(frames, as_of_day).group_by(c.CUSTOMER_ID).agg(nw.col(c.DAY).min().alias("first_day"))
    cohorts = first.join(calendar.rename({c.DAY: "first_day", c.PERIOD: COHORT}), on="first_day", how="inner")
    rows = (
        frames.orders.filter(nw.col(c.DAY) <= as_of_day)
        .join(cohorts.select(c.CUSTOMER_ID, COHORT), on=c.CUSTOMER_ID, how="inner")
        .join(calendar, on=c.DAY, how="inner")
    )
    since = (nw.col(c.PERIOD) - nw.col(COHORT)).alias(SINCE)
    has_ordered = nw.col(c.IS_PURCHASE).cast(nw.Int64).alias("n_ordering")
    is_early = nw.col(SINCE) < 0
    by_customer = (
        rows.select(c.CUSTOMER_ID, COHORT, since, has_ordered, nw.col(c.AMOUNT).fill_null(0.0))
        .with_columns(nw.when(is_early).then(nw.lit(0)).otherwise(nw.col(SINCE)).alias(SINCE))
        .group_by(COHORT, SINCE, c.CUSTOMER_ID)
        .agg(nw.col("n_ordering").max(), nw.col(c.AMOUNT).sum())
    )
    sums = collect(by_customer.group_by(COHORT, SINCE).agg(nw.col("n_ordering").sum(), nw.col(c.AMOUNT).sum()))
    return _triangle(sums.astype({"n_ordering": "int64"}), frames, as_of_day, by)


def _purchases(frames: Frames, as_of_day: int) -> Frame:
    return frames.orders.filter(nw.col(c.IS_PURCHASE) & (nw.col(c.DAY) <= as_of_day)).select(c.CUSTOMER_ID, c.DAY)


def _period_number(day: int, by: By) -> int:
    at = to_date(day)
    return (at.year * 12 + at.month - 1) // MONTHS_IN[by]


def _period_start(number: int, by: By) -> date:
    month = number * MONTHS_IN[by]
    return date(month // 12, month % 12 + 1, 1)


def _calendar(first_day: int, last_day: int, by: By) -> pa.Table:
    """Each day with the number of its period."""
    days = range(first_day, last_day + 1)
    numbers = [_period_number(day, by) for day in days]
    return pa.table({c.DAY: pa.array(days, pa.int32()), c.PERIOD: pa.array(numbers, pa.int32())})


def _triangle(sums: pd.DataFrame, frames: Frames, as_of_day: int, by: By) -> pd.DataFrame:
    last = _period_number(as_of_day, by)
    cells = [(cohort, since) for cohort in sorted(set(sums[COHORT])) for since in range(last - cohort + 1)]
    table = pd.DataFrame(cells, columns=[COHORT, SINCE]).merge(sums, on=[COHORT, SINCE], how="left")
    table["n_ordering"] = table["n_ordering"].fillna(0).astype("int64")
    # everyone ordered in the period of their first order
    table[c.N_CUSTOMERS] = table.groupby(COHORT)["n_ordering"].transform("first")
    spent = table.groupby(COHORT)[c.AMOUNT].transform(lambda amounts: amounts.fillna(0.0).cumsum())
    table["value_per_customer"] = (spent / table[c.N_CUSTOMERS]).round(6) + 0.0 if frames.has_amounts else np.nan
    table["share_ordering"] = table["n_ordering"] / table[c.N_CUSTOMERS]
    table["low"], table["high"] = wilson_interval(table["n_ordering"], table[c.N_CUSTOMERS], LEVEL)
    table["is_small"] = table[c.N_CUSTOMERS] < SMALL_GROUP
    is_cut = _period_number(as_of_day + 1, by) == last
    table["is_partial"] = is_cut & (table[COHORT] + table[SINCE] == last)
    table[COHORT] = [_period_start(number, by) for number in table[COHORT]]
    shown = [COHORT, SINCE, c.N_CUSTOMERS, "n_ordering", "share_ordering", "low", "high"]
    return table[[*shown, "value_per_customer", "is_small", "is_partial"]]


def cohort_path(frames: Frames, ledger: Ledger, framework: Framework, by: By = "month") -> pd.DataFrame:
    """Who of each cohort is still on the path at the end of each later period.

    Columns: `cohort`, `periods_since`, `n_customers`, `n_on_path`, `share_on_path` with `low` and `high`, `is_small`,
    `is_partial`. Only period ends at which the ledger looked are there, so ``by`` quarters needs a ledger by months.
    """
    as_of_day = ledger.snapshots[-1]
    calendar = frames.engine.frame(_calendar(frames.first_day, as_of_day, by))
    ends = _cohort_ends(ledger, by)
    table = (
        ledger.frame.filter(nw.col(c.PERIOD).is_in(list(ends)) & ~nw.col(c.FIRST_ORDER_DAY).is_null())
        .select(
            nw.col(c.FIRST_ORDER_DAY).cast(nw.Int32).alias(c.DAY),
            nw.col(c.PERIOD).alias("snapshot"),
            framework.rule_number().alias(c.RULE_NO),
        )
        .join(calendar.rename({c.PERIOD: COHORT}), on=c.DAY, how="inner")
        .group_by(COHORT, "snapshot", c.RULE_NO)
        .agg(nw.len().alias(c.N_CUSTOMERS))
    )
    counted = collect(table).astype("int64")
    path = {stage.id for stage in framework.stages if stage.kind == "path"}
    is_on_path = counted[c.RULE_NO].map({i: stage in path for i, stage in enumerate(framework.stage_of_rule)})
    counted["n_on_path"] = counted[c.N_CUSTOMERS].where(is_on_path, 0)
    grouped = counted.groupby([COHORT, "snapshot"], as_index=False)[[c.N_CUSTOMERS, "n_on_path"]].sum()
    grouped[SINCE] = grouped["snapshot"].map(ends) - grouped[COHORT]
    grouped["share_on_path"] = grouped["n_on_path"] / grouped[c.N_CUSTOMERS]
    grouped["low"], grouped["high"] = wilson_interval(grouped["n_on_path"], grouped[c.N_CUSTOMERS], LEVEL)
    grouped["is_small"] = grouped[c.N_CUSTOMERS] < SMALL_GROUP
    is_cut = _period_number(as_of_day + 1, by) == _period_number(as_of_day, by)
    grouped["is_partial"] = is_cut & (grouped["snapshot"] == len(ledger.snapshots) - 1)
    grouped[COHORT] = [_period_start(number, by) for number in grouped[COHORT]]
    shown = [COHORT, SINCE, c.N_CUSTOMERS, "n_on_path", "share_on_path", "low", "high", "is_small", "is_partial"]
    return grouped[shown].sort_values([COHORT, SINCE], ignore_index=True)


def _cohort_ends(ledger: Ledger, by: By) -> dict[int, int]:
    """Snapshot → number of the period that it ends, or is the last day known of."""
    last = len(ledger.snapshots) - 1
    return {
        place: _period_number(day, by)
        for place, day in enumerate(ledger.snapshots)
        if place == last or _period_number(day + 1, by) != _period_number(day, by)
    }


def with_cohort(frames: Frames, frame: Frame, as_of_day: int, by: By = "month") -> Frame:
    """The frame with one more text column `cohort`, as in `2024-03` or `2024 Q1`; missing for people without an order."""
    days = range(frames.first_day, as_of_day + 1)
    words = [_cohort_name(_period_start(_period_number(day, by), by), by) for day in days]
    names = pa.table({c.FIRST_ORDER_DAY: pa.array(days, pa.int64()), COHORT: pa.array(words, pa.string())})
    typed = frame.with_columns(nw.col(c.FIRST_ORDER_DAY).cast(nw.Int64))
    return typed.join(frames.engine.frame(names), on=c.FIRST_ORDER_DAY, how="left")


def _cohort_name(start: date, by: By) -> str:
    return f"{start:%Y-%m}" if by == "month" else f"{start.year} Q{start.month // 3 + 1}"
