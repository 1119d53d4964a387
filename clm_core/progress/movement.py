"""Movement as pages show it: in full, or as little of it as a picture needs while limits are moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from clm_core import columns as c
from clm_core.frameworks import Framework
from clm_core.ledger import Ledger, count_moves, stock_and_flow
from clm_core.progress.flows import comings_and_goings, flows_among, rules_on, spread_days
from clm_core.stages import rule_sizes


@dataclass(frozen=True)
class Movement:
    """Moves under a framework, as :func:`count_moves`, :func:`stock_and_flow` and :func:`comings_and_goings` tell. Aggregates only."""

    moves: pd.DataFrame
    stock: pd.DataFrame
    comings: pd.DataFrame

    @property
    def is_last_partial(self) -> bool:
        """Whether the last period was not over on the as-of day."""
        return bool(self.comings["is_partial"].iloc[-1])

    @property
    def days(self) -> list[date]:
        """The period ends at which somebody is known, the first one first."""
        return sorted(self.moves[c.AS_OF].unique())

    @property
    def last_full(self) -> date:
        """The end of the last period that was over on the as-of day; of the only one where none was."""
        full = self.days[:-1] if self.is_last_partial else self.days
        return (full or self.days)[-1]

    @property
    def begins(self) -> date | None:
        """The end of the period in which the history begins, while it is among these."""
        first = self.comings.loc[self.comings["is_first"], c.AS_OF]
        return first.iloc[0] if len(first) else None

    def last(self, n_periods: int) -> Movement:
        """The same over the last periods only; what happened in them stays as it was."""
        since = self.days[-n_periods:][0]
        tables = (self.moves, self.stock, self.comings)
        return Movement(*(table[table[c.AS_OF] >= since].reset_index(drop=True) for table in tables))

    def spread_days(self, n_days: int) -> list[date]:
        """Period ends at about equal distances from the first one known to the last full one: days to compare."""
        return spread_days([day for day in self.days if day <= self.last_full], n_days)


def read_movement(ledger: Ledger, framework: Framework) -> Movement:
    """Count the moves once, and what follows from them."""
    moves = count_moves(ledger, framework)
    return Movement(moves, stock_and_flow(moves, framework), comings_and_goings(moves, framework, ledger))


@dataclass(frozen=True)
class Outline:
    """How many each rule decides at the last day as :func:`clm_core.pipeline.count_rules` tells them, the moves of the last period as
    :func:`count_moves` does, and the flows between a few days as :func:`flows_between` does; none where there is only one.
    """

    by_rule: pd.DataFrame
    moves: pd.DataFrame
    flows: pd.DataFrame


def outline_movement(ledger: Ledger, framework: Framework, n_days: int = 4) -> Outline:
    """What a moved limit redraws, from one look at each customer.

    The flows are between period ends at equal distances over the whole history, full ones only.
    """
    last = len(ledger.snapshots) - 1
    drawn = [ledger.dates.index(day) for day in spread_days(ledger.dates[: ledger.n_full], n_days)]
    read = sorted({*drawn, max(last - 1, 0), last})
    rules, n_customers = rules_on(ledger, framework, read)
    now = np.bincount(rules[:, -1], n_customers, len(framework.rules) + 2)[1:-1].astype(int)
    by_rule = rule_sizes(now, framework)
    if last == 0:
        return Outline(by_rule, count_moves(ledger, framework), pd.DataFrame())
    at = [read.index(period) for period in drawn]
    flows = flows_among(ledger, framework, drawn, rules[:, at], n_customers) if len(drawn) > 1 else pd.DataFrame()
    moves = flows_among(ledger, framework, read[-2:], rules[:, -2:], n_customers)
    del moves["from_as_of"]
    return Outline(by_rule, moves, flows)
