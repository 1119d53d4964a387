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
    """How many spells ended after how many days: group of customers × day. The last spell of each customer is still open.

    ``returned`` counts spells that an order ended, ``still_open`` those that the as-of day cut short; columns are whole days from 0.
    Each customer is in one group with all their spells, so groups are independent and can be drawn again to see how
    far chance reaches.
    """

    returned: Counts
    still_open: Counts
    n_returning: int

    @property
    def n_gaps(self) -> int:
        """Spells that an order ended."""
        return int(self.returned.sum())

    @property
    def n_censored(self) -> int:
        """Customers who have bought: the last spell of each is open."""
        return int(self.still_open.sum())


def spells_of(tables: Tables, as_of_day: int) -> Spells:
    """The spells of all customers with a purchase up to ``as_of_day``. Several orders of a day are one.

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
    who, day = _order_days(pc.rank(kept[c.CUSTOMER_ID], tiebreaker="dense").to_numpy(), kept[c.DAY].to_numpy())
    is_last = np.append(who[1:] != who[:-1], True)
    days = np.where(is_last, as_of_day, np.append(day[1:], as_of_day)) - day
    n_groups, n_days = min(int(who[-1]), MOST_GROUPS), int(days.max()) + 1
    cell = who % n_groups * n_days + days

    def count(chosen: NDArray[np.bool_]) -> Counts:
        counted: Counts = np.bincount(cell[chosen], minlength=n_groups * n_days).reshape(n_groups, n_days)
        return counted

    return Spells(count(~is_last), count(is_last), n_returning=len(np.unique(who[~is_last])))


def _order_days(who: NDArray[np.uint64], day: NDArray[np.int32]) -> tuple[Counts, Counts]:
    """Customer × day without repeats, by customer and then day. ``who`` is the customer's rank by id, from 1."""
    first, width = int(day.min()), int(day.max()) - int(day.min()) + 1
    keys = np.unique(who.astype(np.int64) * width + (day - first))
    return keys // width, keys % width + first
