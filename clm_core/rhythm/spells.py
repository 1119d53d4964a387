"""Spells of silence: from each day with an order to the customer's next one, or to the as-of day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from clm_core import columns as c
from clm_core.errors import TooThinError
from clm_core.tables import Tables, to_date

Counts = NDArray[np.int64]
MOST_GROUPS = 200


@dataclass(frozen=True)
class Spells:
    """How many spells ended after how long: group of customers × length. The last spell of each customer is still open.

    ``returned`` counts spells that an order ended, ``still_open`` those that the as-of day cut short; columns are lengths from 0,
    in ``step`` units. Each customer is in one group with all their spells, so groups are independent and can be drawn
    again to see how far chance reaches.
    """

    returned: Counts
    still_open: Counts
    n_returning: int
    unit: str = "day"
    step: float = 1.0

    @property
    def n_gaps(self) -> int:
        """Spells that an order ended."""
        return int(self.returned.sum())

    @property
    def n_censored(self) -> int:
        """Spells that are open: of everyone who has bought, the last."""
        return int(self.still_open.sum())

    def words(self, length: int) -> str:
        """A length with its unit: `30 days`, `2.8 usual gaps`."""
        return f"{length * self.step:,g} {self.unit if length * self.step == 1 else self.unit + 's'}"


def spells_of(tables: Tables, as_of_day: int) -> Spells:
    """The spells of all customers with a purchase up to ``as_of_day``, in days. Several orders of a day are one.

    Raises
    ------
    TooThinError
        When there is no purchase up to that day.
    """
    who, day = order_days(tables, as_of_day)
    is_last = np.append(who[1:] != who[:-1], True)
    return count_spells(who, silence_after(day, is_last, as_of_day), is_last)


def order_days(tables: Tables, as_of_day: int) -> tuple[Counts, Counts]:
    """Customer (their place by id, from 1) and day of each day with a purchase, without repeats, by customer and then day.

    Raises
    ------
    TooThinError
        When there is no purchase up to that day.
    """
    kept = tables.orders.filter(tables.orders[c.IS_PURCHASE])
    kept = kept.filter(pc.less_equal(kept[c.DAY], as_of_day))
    if not len(kept):
        raise TooThinError(
            "There is no order to read a rhythm from.",
            where=f"orders up to {to_date(as_of_day)}",
            found="no purchase",
            next_step="Choose a later as-of day.",
        )
    who, day = pc.rank(kept[c.CUSTOMER_ID], tiebreaker="dense").to_numpy(), kept[c.DAY].to_numpy()
    first, width = int(day.min()), int(day.max()) - int(day.min()) + 1
    keys = np.unique(who.astype(np.int64) * width + (day - first))
    return keys // width, keys % width + first


def silence_after(day: Counts, is_last: NDArray[np.bool_], as_of_day: int) -> Counts:
    """Days from each order day to the customer's next, or to the as-of day."""
    after: Counts = np.where(is_last, as_of_day, np.append(day[1:], as_of_day)) - day
    return after


def count_spells(
    who: Counts, length: Counts, is_open: NDArray[np.bool_], unit: str = "day", step: float = 1.0
) -> Spells:
    """Spells one by one, counted by group of customers and length."""
    n_groups, n_lengths = min(len(np.unique(who)), MOST_GROUPS), int(length.max()) + 1
    cell = np.unique(who, return_inverse=True)[1] % n_groups * n_lengths + length

    def count(chosen: NDArray[np.bool_]) -> Counts:
        counted: Counts = np.bincount(cell[chosen], minlength=n_groups * n_lengths).reshape(n_groups, n_lengths)
        return counted

    return Spells(count(~is_open), count(is_open), len(np.unique(who[~is_open])), unit, step)
