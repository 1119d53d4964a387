"""Is the history whole? Orders by day or week, runs of days without an order that are unusual for this shop, a last day cut short."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from clm_core import columns as c
from clm_core.tables import Tables, to_date

NEIGHBOURS = 8
"""How many of the same weekday on each side of a run tell whether such a day is usually empty."""
RARE = 0.05
"""A run is a gap when a history of this length holds fewer such runs than this by chance."""
MOST_DAYS, MOST_WEEKS = 400, 600
"""Longer histories are drawn by week, then by month: a bar must stay wide enough to be seen."""
EARLY = 0.1
"""A last day is cut short when its last order came earlier than on nine in ten days of the two months before."""
RECENT_DAYS = 56

Unit = Literal["day", "week", "month"]


@dataclass(frozen=True)
class History:
    """Orders over time. ``bars``: `starts_on`, `ends_on`, `n_orders`, `is_partial`; ``gaps``: `starts_on`, `ends_on`, `n_days`."""

    unit: Unit
    bars: pd.DataFrame
    gaps: pd.DataFrame
    n_days: int
    n_empty_days: int


def completeness(tables: Tables) -> History:
    """Purchases from the first day to the last, and the gaps between them.

    A run of empty days is a gap when chance hardly explains it: each day is given the share of empty ones among the same
    weekdays around the run, so that closed Sundays and slow shops are no gaps; the shares multiplied, times the days of
    the history, are the runs of that kind to expect, and fewer than ``RARE`` make it a gap.
    """
    bought = tables.orders.filter(tables.orders[c.IS_PURCHASE])
    days = bought[c.DAY].to_numpy()
    if not len(days):
        return History("day", _bars([], [], [], is_partial=False), _gap_table([]), 0, 0)
    first, n_days = int(days.min()), int(days.max() - days.min()) + 1
    counts = np.bincount(days - first, minlength=n_days)
    unit: Unit = "day" if n_days <= MOST_DAYS else "week" if n_days <= 7 * MOST_WEEKS else "month"
    dates = pd.date_range(to_date(first), periods=n_days, freq="D")
    gaps = [(first + start, first + stop - 1) for start, stop in _unusual_runs(counts == 0)]
    bars = _by_unit(dates, counts, unit, is_day_cut=_is_last_day_cut(bought))
    return History(unit, bars, _gap_table(gaps), n_days, int((counts == 0).sum()))


def _by_unit(dates: pd.DatetimeIndex, counts: np.ndarray, unit: Unit, *, is_day_cut: bool) -> pd.DataFrame:
    """Counts summed by day, week (Monday to Sunday) or month; the last one is partial when it ends after the data."""
    if unit == "day":
        return _bars(dates, dates, counts, is_partial=is_day_cut)
    periods = dates.to_period("W-SUN" if unit == "week" else "M")
    sums = pd.Series(counts, index=periods).groupby(level=0).sum()
    index = pd.PeriodIndex(sums.index)
    starts, ends = index.start_time, index.end_time.normalize()
    return _bars(starts, ends, sums.to_numpy(), is_partial=bool(ends[-1] > dates[-1]) or is_day_cut)


def _bars(starts: object, ends: object, counts: object, *, is_partial: bool) -> pd.DataFrame:
    table = pd.DataFrame({"starts_on": starts, "ends_on": ends, "n_orders": counts})
    table["is_partial"] = False
    if is_partial and len(table):
        table.loc[table.index[-1], "is_partial"] = True
    return table


def _gap_table(gaps: list[tuple[int, int]]) -> pd.DataFrame:
    starts = pd.to_datetime([to_date(start) for start, _ in gaps])
    ends = pd.to_datetime([to_date(end) for _, end in gaps])
    return pd.DataFrame({"starts_on": starts, "ends_on": ends, "n_days": [end - start + 1 for start, end in gaps]})


def _unusual_runs(is_empty: np.ndarray) -> Iterator[tuple[int, int]]:
    """Start and stop of each run of empty days that chance hardly explains."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_empty.astype(np.int8), [0]])))
    sums = [np.concatenate([[0], np.cumsum(is_empty[weekday::7])]) for weekday in range(7)]
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if len(is_empty) * np.exp(_log_chance(sums, start, stop)) < RARE:
            yield start, stop


def _log_chance(sums: list[np.ndarray], start: int, stop: int) -> float:
    """The logarithm of the chance that all days of a run are empty, going by the same weekdays on both sides of it."""
    total = 0.0
    for weekday, summed in enumerate(sums):
        enters, leaves = -((weekday - start) // 7), -((weekday - stop) // 7)  # weeks of this weekday before either edge
        before, after = max(0, enters - NEIGHBOURS), min(len(summed) - 1, leaves + NEIGHBOURS)
        n_empty = summed[enters] - summed[before] + summed[after] - summed[leaves]
        n_seen = enters - before + after - leaves
        total += (leaves - enters) * float(np.log((n_empty + 1) / (n_seen + 2)))  # one of each: a share is never 0 or 1
    return total


def _is_last_day_cut(bought: pa.Table) -> bool:
    """True when orders carry a clock and the last day's last order came unusually early: the export was made that day."""
    moments = bought[c.ORDERED_AT].to_pandas()
    last_of_day = moments.groupby(bought[c.DAY].to_numpy()).max()
    clocks = last_of_day - last_of_day.dt.normalize()
    recent = clocks.iloc[-RECENT_DAYS - 1 : -1]
    if len(recent) < NEIGHBOURS or recent.max() == pd.Timedelta(0):
        return False
    return bool(clocks.iloc[-1] < recent.quantile(EARLY))
