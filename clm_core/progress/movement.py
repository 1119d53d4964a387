"""Everything about movement that one scan of the ledger tells: moves, stock and flow, who came and went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from clm_core import columns as c
from clm_core.frameworks import Framework
from clm_core.ledger import Ledger, count_moves, stock_and_flow
from clm_core.progress.flows import comings_and_goings


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
        seen = [day for day in self.days if day <= self.last_full]
        steps = max(min(n_days, len(seen)) - 1, 1)
        return sorted({seen[round(step * (len(seen) - 1) / steps)] for step in range(steps + 1)})


def read_movement(ledger: Ledger, framework: Framework) -> Movement:
    """Count the moves once, and what follows from them."""
    moves = count_moves(ledger, framework)
    return Movement(moves, stock_and_flow(moves, framework), comings_and_goings(moves, framework, ledger))
