"""Stage of each customer at every month end (or week end), and how they moved.

The ledger holds each customer-month once, with last month's features beside this month's: counting moves under any rules is
one scan with two case expressions and a group-by, and no customer × month rows ever leave the engine.

Identities, for every month t and stage s: stock(t) = stock(t−1) + arrivals − departures, where arrivals include people newly
known; each known customer is in exactly one move.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import narwhals as nw
import pandas as pd

from clm_core import columns as c
from clm_core.engine import collect
from clm_core.features import Frame, Frames, build_panel, features_of, known_features
from clm_core.frameworks import Framework
from clm_core.tables import to_date, to_day

Unit = Literal["month", "week"]
BEFORE = "previous_"
NOT_KNOWN = ""
"""The `from_stage` of people who were not known a month before."""


@dataclass(frozen=True)
class Ledger:
    """The customer-months (or weeks) of one data set, kept in its engine, and the days they stand for."""

    frame: Frame
    snapshots: tuple[int, ...]
    unit: Unit = "month"

    @property
    def is_last_partial(self) -> bool:
        """Whether the last month or week was not over on the as-of day."""
        return period_end(self.snapshots[-1], self.unit) != self.snapshots[-1]

    @property
    def n_full(self) -> int:
        """How many periods were over on the as-of day."""
        return len(self.snapshots) - self.is_last_partial

    @property
    def dates(self) -> list[date]:
        """The day that each period ends on, the first period first."""
        return [to_date(day) for day in self.snapshots]

    def periods(self) -> pd.DataFrame:
        """One row per period: `as_of`, `is_partial`. A partial one had less time for orders than the others."""
        is_partial = [place >= self.n_full for place in range(len(self.snapshots))]
        return pd.DataFrame({c.AS_OF: self.dates, "is_partial": is_partial})

    def known_for(self, n_days: int) -> Ledger:
        """The same ledger without anyone known for less than ``n_days``, who could not yet have been silent that long.

        They are left out rather than given a stage, and enter as newly known at the first period end at which they have
        been known for long enough, so every identity holds as it stands.
        """
        was_known = nw.col("was_known") & (nw.col(BEFORE + c.TENURE_DAYS) >= n_days).fill_null(False)
        frame = self.frame.filter(nw.col(c.TENURE_DAYS) >= n_days).with_columns(was_known.alias("was_known"))
        return replace(self, frame=frame)


def period_end(day: int, unit: Unit) -> int:
    """The last day of the month, or of the week from Monday to Sunday, that ``day`` lies in."""
    at = to_date(day)
    if unit == "week":
        return day + 6 - at.weekday()
    return to_day(date(at.year + at.month // 12, at.month % 12 + 1, 1) - timedelta(days=1))


def period_ends(first_day: int, as_of_day: int, unit: Unit = "month") -> tuple[int, ...]:
    """Every period end from the period of ``first_day`` on, the last being ``as_of_day`` itself."""
    ends = [period_end(first_day, unit)]
    while ends[-1] < as_of_day:
        ends.append(period_end(ends[-1] + 1, unit))
    return (*ends[:-1], as_of_day)


def build_ledger(frames: Frames, as_of_day: int, unit: Unit = "month") -> Ledger:
    """Compute and keep the features of every customer at every period end up to ``as_of_day``, beside the period before."""
    snapshots = period_ends(frames.first_day, as_of_day, unit)
    panel = build_panel(frames, snapshots)
    beside = panel.with_columns(
        *_beside(frames),
        (~nw.col(c.PERIOD).shift(1).over(c.CUSTOMER_ID, order_by=c.PERIOD).is_null()).alias("was_known"),
    )
    return Ledger(frames.engine.persist(beside, "ledger" if unit == "month" else f"ledger_{unit}"), snapshots, unit)


def _beside(frames: Frames) -> list[nw.Expr]:
    """Each feature as it was a month before. Traits and features that the files leave empty never change."""
    moving = set(features_of(frames)) - set(frames.traits)
    return [
        (nw.col(name).shift(1).over(c.CUSTOMER_ID, order_by=c.PERIOD) if name in moving else nw.col(name)).alias(
            BEFORE + name
        )
        for name in known_features(frames)
    ]


def count_moves(ledger: Ledger, framework: Framework) -> pd.DataFrame:
    """One row per month end, stage before and stage now, of those that occur.

    Columns: `as_of` (date), `from_stage` (empty: not known a month before), `to_stage`, `n_customers`, `rate` (of those in
    `from_stage`). Stayers are included, so each known customer is counted once a month.
    """
    numbered = ledger.frame.select(
        c.PERIOD,
        "was_known",
        framework.rule_number().alias(c.RULE_NO),
        framework.rule_number(BEFORE).alias(c.PREVIOUS_RULE_NO),
    )
    by_rule = [c.PERIOD, "was_known", c.PREVIOUS_RULE_NO, c.RULE_NO]
    counted = collect(numbered.group_by(*by_rule).agg(nw.len().alias(c.N_CUSTOMERS)))
    stages = dict(enumerate(framework.stage_of_rule))
    came_from = counted[c.PREVIOUS_RULE_NO].map(stages).where(counted["was_known"].astype(bool), NOT_KNOWN)
    moves = pd.DataFrame(
        {
            c.AS_OF: counted[c.PERIOD].map({i: to_date(day) for i, day in enumerate(ledger.snapshots)}),
            c.FROM_STAGE: came_from,
            c.TO_STAGE: counted[c.RULE_NO].map(stages),
            c.N_CUSTOMERS: counted[c.N_CUSTOMERS].astype("int64"),
        }
    )
    keys = [c.AS_OF, c.FROM_STAGE, c.TO_STAGE]
    moves = moves.groupby(keys, sort=False)[c.N_CUSTOMERS].sum().reset_index()
    moves[c.RATE] = moves[c.N_CUSTOMERS] / moves.groupby([c.AS_OF, c.FROM_STAGE])[c.N_CUSTOMERS].transform("sum")
    return _in_lifecycle_order(moves, framework)


def _in_lifecycle_order(moves: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    place = {stage: i for i, stage in enumerate([NOT_KNOWN, *framework.stage_ids, c.UNASSIGNED])}
    keys = pd.DataFrame(
        {"a": moves[c.AS_OF], "b": moves[c.FROM_STAGE].map(place), "c": moves[c.TO_STAGE].map(place)},
        index=moves.index,
    )
    return moves.loc[keys.sort_values(["a", "b", "c"]).index].reset_index(drop=True)


def stock_and_flow(moves: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """A complete month × stage grid, zeros included, in lifecycle order.

    Columns: `as_of`, `stage`, `n_customers` (stock), `share` (of all known), `entered` (newly known into the stage),
    `arrived` (from other stages), `left` (to other stages).
    """
    grid = pd.MultiIndex.from_product([moves[c.AS_OF].unique(), framework.stage_ids], names=[c.AS_OF, c.STAGE])
    is_new = moves[c.FROM_STAGE] == NOT_KNOWN
    is_moved = ~is_new & (moves[c.FROM_STAGE] != moves[c.TO_STAGE])

    def total(rows: pd.DataFrame, stage_column: str) -> pd.Series[int]:
        sums = rows.groupby([c.AS_OF, stage_column])[c.N_CUSTOMERS].sum()
        return sums.reindex(grid, fill_value=0)

    stock = total(moves, c.TO_STAGE)
    table = pd.DataFrame(
        {
            c.N_CUSTOMERS: stock,
            c.SHARE: stock / stock.groupby(level=0).transform("sum"),
            "entered": total(moves[is_new], c.TO_STAGE),
            "arrived": total(moves[is_moved], c.TO_STAGE),
            "left": total(moves[is_moved], c.FROM_STAGE),
        }
    )
    return table.reset_index()
