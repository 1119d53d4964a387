"""The simple formula of customer lifetime value, and the figures that these files put into it."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw

from clm_core import columns as c
from clm_core.engine import collect
from clm_core.features import Frames

YEAR = 365


@dataclass(frozen=True)
class SimpleValue:
    """Average order × orders a year × years a customer stays."""

    average_order: float
    orders_a_year: float
    years: float

    @property
    def value(self) -> float:
        """What a customer is worth by it: £50 × 12 × 8 = £4,800."""
        return self.average_order * self.orders_a_year * self.years

    def within(self, days: int) -> float:
        """The part of it that falls into so many days from the first."""
        return self.average_order * self.orders_a_year * min(days / YEAR, self.years)


@dataclass(frozen=True)
class OwnFigures:
    """What the last ``window_days`` say, and how many of those who ordered in the same time before ordered again."""

    window_days: int
    revenue: float
    n_orders: int
    n_customers: int
    n_before: int
    n_again: int

    @property
    def formula(self) -> SimpleValue:
        """The figures put in. Unknown ones are 0; whoever nobody left is taken to stay as long as was looked at."""
        average = self.revenue / self.n_orders if self.n_orders else 0.0
        orders = self.n_orders / self.n_customers * YEAR / self.window_days if self.n_customers else 0.0
        span = self.window_days / YEAR
        lost = 1 - self.n_again / self.n_before if self.n_before else 1.0
        return SimpleValue(average, orders, span / lost if lost else 2 * span)


def own_figures(frames: Frames, as_of_day: int) -> OwnFigures:
    """Read the formula's figures from the orders of the last year, or of half the history where that is shorter.

    Orders are purchases and revenue is net. Years: a share s of those who ordered in the window before did so again in this one; if
    that goes on, a customer stays 1 / (1 − s) windows on average.
    """
    window = max(1, min(YEAR, (as_of_day - frames.first_day + 1) // 2))
    day, is_order = nw.col(c.DAY), nw.col(c.IS_PURCHASE).cast(nw.Int64)
    is_now = (day > as_of_day - window) & (day <= as_of_day)
    is_before = (day > as_of_day - 2 * window) & (day <= as_of_day - window)
    marked = frames.orders.select(
        c.CUSTOMER_ID,
        (is_order * is_now.cast(nw.Int64)).alias("now"),
        (is_order * is_before.cast(nw.Int64)).alias("before"),
        (nw.col(c.AMOUNT).fill_null(0.0) * is_now.cast(nw.Int64)).alias(c.AMOUNT),
    )
    each = marked.group_by(c.CUSTOMER_ID).agg(nw.col("now").sum(), nw.col("before").sum(), nw.col(c.AMOUNT).sum())
    has_now, had_before = (nw.col("now") > 0).cast(nw.Int64), (nw.col("before") > 0).cast(nw.Int64)
    summed = (
        collect(
            each.select(
                nw.col(c.AMOUNT).sum().alias("revenue"),
                nw.col("now").sum().alias("n_orders"),
                has_now.sum().alias("n_customers"),
                had_before.sum().alias("n_before"),
                (has_now * had_before).sum().alias("n_again"),
            )
        )
        .fillna(0)
        .iloc[0]
    )
    counts = {name: int(summed[name]) for name in ("n_orders", "n_customers", "n_before", "n_again")}
    return OwnFigures(window, round(float(summed["revenue"]), 6), **counts)
