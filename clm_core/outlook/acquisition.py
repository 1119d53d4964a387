"""What a new customer costs beside what one is worth, and how long until the cost is back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import pandas as pd

from clm_core import columns as c
from clm_core.engine import collect
from clm_core.features import Frame, Frames
from clm_core.tables import Tables
from clm_core.wording import SMALL_GROUP

MONTH_DAYS = 30
MOST_MONTHS = 24


def cost_per_customer(cost: float, n_new: int) -> float:
    """Sales and marketing cost of a period ÷ customers won in it; not a number when none was won."""
    return cost / n_new if n_new else math.nan


@dataclass(frozen=True)
class Bargain:
    """What a customer costs and brings, in the same money. ``margin`` is the share of spend that is left after the goods are paid."""

    cost: float
    value: float
    margin: float = 1.0

    @property
    def ratio(self) -> float:
        """Margin on the value ÷ cost; not a number where either is unknown or nothing was paid."""
        return self.value * self.margin / self.cost if self.cost > 0 else math.nan

    @property
    def is_loss(self) -> bool:
        """Whether winning a customer costs more than one brings: £150 for somebody who spends £100 is a loss."""
        return self.cost > self.value * self.margin


def spent_on_winning(tables: Tables, first_day: int, last_day: int) -> float | None:
    """Cost of all channels in periods that begin on these days; None without a spend table or any cost in it."""
    if tables.spend is None:
        return None
    spend = tables.spend.select([c.DAY, c.COST]).to_pandas()
    cost = spend.loc[spend[c.DAY].between(first_day, last_day), c.COST].sum(min_count=1)
    return None if math.isnan(cost) else round(float(cost), 6)


def n_won(frames: Frames, first_day: int, last_day: int) -> int:
    """Customers whose first order in the files falls on these days."""
    first = _first_orders(frames, last_day).filter(nw.col("first_day") >= first_day)
    return int(collect(first.select(nw.len().alias("n")))["n"].iloc[0])


def payback_curve(frames: Frames, as_of_day: int) -> pd.DataFrame:
    """What a customer has spent by each month of 30 days after the first order: `month`, `n_customers`, `spend`.

    Month 1 ends 30 days after the first order. What is spent in a month is a mean over the customers who were seen until its end, and the
    months are added up, so that early customers alone do not bend the curve where later ones drop out of sight. Months with fewer than
    30 customers are left out. ``spend`` is net; credit notes before the first order count in the first month.
    """
    first = _first_orders(frames, as_of_day)
    rows = frames.orders.filter(nw.col(c.DAY) <= as_of_day).join(first, on=c.CUSTOMER_ID, how="inner")
    seen = ((as_of_day - nw.col("first_day")) // MONTH_DAYS).alias("seen")
    age = nw.col(c.DAY) - nw.col("first_day")
    month = nw.when(age < 0).then(nw.lit(1)).otherwise(age // MONTH_DAYS + 1).alias("month")
    spent = rows.select(seen, month, nw.col(c.AMOUNT).fill_null(0.0)).group_by("seen", "month")
    people = first.select(seen).group_by("seen").agg(nw.len().alias("n"))
    return _added_up(collect(spent.agg(nw.col(c.AMOUNT).sum())), collect(people))


def _added_up(spent: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    rows, reached = [], 0.0
    for month in range(1, MOST_MONTHS + 1):
        n = int(people.loc[people["seen"] >= month, "n"].sum())
        if n < SMALL_GROUP:
            break
        reached += float(spent.loc[(spent["seen"] >= month) & (spent["month"] == month), c.AMOUNT].sum()) / n
        rows.append((month, n, reached))
    return pd.DataFrame(rows, columns=["month", c.N_CUSTOMERS, "spend"])


def payback_month(curve: pd.DataFrame, bargain: Bargain) -> int | None:
    """The first month in which the margin on what was spent so far covers the cost; None when none that was seen does."""
    months = curve.loc[curve["spend"] * bargain.margin >= bargain.cost, "month"]
    return int(np.min(months)) if len(months) else None


def _first_orders(frames: Frames, last_day: int) -> Frame:
    bought = frames.orders.filter(nw.col(c.IS_PURCHASE) & (nw.col(c.DAY) <= last_day))
    return bought.group_by(c.CUSTOMER_ID).agg(nw.col(c.DAY).min().alias("first_day"))
