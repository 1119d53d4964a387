"""Features of every customer at several days in one pass.

Method: orders and events become daily gains per customer; a feature over the last W days also loses each gain W days later.
Gains and losses are summed by customer and snapshot, then accumulated. The cost is linear in rows plus customers × snapshots.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import pyarrow as pa

from clm_core import columns as c
from clm_core.errors import PeriodError
from clm_core.features.frames import Frame, Frames
from clm_core.features.registry import EVENT_COUNTS, EVENT_KINDS_COUNTED, ORDER_COUNTS, ORDER_TRAITS, Count
from clm_core.tables import to_date

_NEVER = -1_000_000
"""Stands for "no day yet" inside running maxima, where engines disagree on nulls."""


def build_features(frames: Frames, as_of_day: int) -> Frame:
    """One row per customer known at ``as_of_day``, with every registered feature and trait.

    Raises
    ------
    PeriodError
        When ``as_of_day`` lies before the first order or after the last row of the data.
    """
    return build_panel(frames, [as_of_day]).drop(c.PERIOD)


def build_panel(frames: Frames, snapshots: Sequence[int]) -> Frame:
    """One row per customer and snapshot at which the customer is known; ``period`` numbers the snapshots from 0.

    ``snapshots`` are integer days in rising order. Features carry the same names and meaning as in :func:`build_features`.
    """
    _check_days(frames, snapshots)
    calendar = frames.engine.frame(_calendar(snapshots))
    people = _people(frames, snapshots[-1])
    grid = _grid(frames, people, calendar, snapshots)
    gains = _by_period(_order_gains(frames), ORDER_COUNTS, calendar, snapshots)
    panel = _accumulate(grid, gains, ORDER_COUNTS, c.LAST_ORDER_DAY)
    if frames.events is not None:
        gains = _by_period(_event_gains(frames.events), EVENT_COUNTS, calendar, snapshots)
        panel = _accumulate(panel, gains, EVENT_COUNTS, None)
    else:
        # nothing is known of events, which is not the same as none having happened
        panel = panel.with_columns(nw.lit(None, nw.Float64).alias(count.name) for count in EVENT_COUNTS)
    return _finish(frames, panel)


def _check_days(frames: Frames, snapshots: Sequence[int]) -> None:
    outside = [day for day in snapshots if not frames.first_day <= day <= frames.last_day]
    if outside:
        raise PeriodError(
            "The day asked for lies outside the data.",
            where="as-of day",
            found=to_date(outside[0]).isoformat(),
            allowed=f"{to_date(frames.first_day)} to {to_date(frames.last_day)}, the first and last day in the files",
            next_step="Choose a day in this range; after it nothing is known, before it there is no order.",
        )


def _calendar(snapshots: Sequence[int]) -> pa.Table:
    """Each day up to the last snapshot with the first snapshot that sees it. Earlier days share the first row."""
    days = list(range(snapshots[0], snapshots[-1] + 1))
    period, periods = 0, []
    for day in days:
        period += day > snapshots[period]
        periods.append(period)
    return pa.table({c.DAY: pa.array(days, pa.int32()), c.PERIOD: pa.array(periods, pa.int32())})


def _on_calendar(frame: Frame, calendar: Frame, snapshots: Sequence[int]) -> Frame:
    """Replace ``day`` by the period that first sees it; later days fall away."""
    clipped = nw.when(nw.col(c.DAY) < snapshots[0]).then(nw.lit(snapshots[0])).otherwise(nw.col(c.DAY))
    return (
        frame.filter(nw.col(c.DAY) <= snapshots[-1])
        .with_columns(clipped.cast(nw.Int32).alias(c.DAY))
        .join(calendar, on=c.DAY, how="inner")
        .drop(c.DAY)
    )


def _people(frames: Frames, last_day: int) -> Frame:
    """One row per customer known by ``last_day``: since when, first order, and traits that never change."""
    seen = [frames.orders.select(c.CUSTOMER_ID, c.DAY)]
    if frames.customers is not None:
        seen.append(frames.customers.select(c.CUSTOMER_ID, c.DAY).filter(~nw.col(c.DAY).is_null()))
    if frames.events is not None:
        seen.append(frames.events.select(c.CUSTOMER_ID, c.DAY).filter(~nw.col(c.CUSTOMER_ID).is_null()))
    known = (
        nw.concat(seen, how="vertical")
        .filter(nw.col(c.DAY) <= last_day)
        .group_by(c.CUSTOMER_ID)
        .agg(nw.col(c.DAY).min().alias(c.KNOWN_SINCE_DAY))
    )
    people = known.join(_first_orders(frames), on=c.CUSTOMER_ID, how="left")
    if frames.customers is not None and frames.traits:
        people = people.join(frames.customers.select(c.CUSTOMER_ID, *frames.traits), on=c.CUSTOMER_ID, how="left")
    return people


def _first_orders(frames: Frames) -> Frame:
    """First purchase day of each customer, and what was bought then (smallest text where a day has several)."""
    traits = [name for name in ORDER_TRAITS if name in frames.order_columns]
    bought = frames.orders.filter(nw.col(c.IS_PURCHASE)).select(c.CUSTOMER_ID, c.DAY, *traits)
    first = bought.group_by(c.CUSTOMER_ID).agg(nw.col(c.DAY).min().alias(c.FIRST_ORDER_DAY))
    if not traits:
        return first
    return (
        bought.join(first, on=c.CUSTOMER_ID, how="inner")
        .filter(nw.col(c.DAY) == nw.col(c.FIRST_ORDER_DAY))
        .group_by(c.CUSTOMER_ID)
        .agg(nw.col(c.FIRST_ORDER_DAY).min(), *[nw.col(name).min().alias(f"first_{name}") for name in traits])
    )


def _grid(frames: Frames, people: Frame, calendar: Frame, snapshots: Sequence[int]) -> Frame:
    """Customer × snapshot, from the snapshot that first knows the customer."""
    days = pa.table(
        {
            c.PERIOD: pa.array(range(len(snapshots)), pa.int32()),
            c.AS_OF_DAY: pa.array(snapshots, pa.int32()),
        }
    )
    return people.join(frames.engine.frame(days), how="cross").filter(nw.col(c.KNOWN_SINCE_DAY) <= nw.col(c.AS_OF_DAY))


def _order_gains(frames: Frames) -> Frame:
    """Customer × day: purchases, money, discounted purchases."""
    bought = nw.col(c.IS_PURCHASE).cast(nw.Int64)
    discounted = nw.lit(0, nw.Int64)
    if c.DISCOUNT in frames.order_columns:
        discounted = nw.when((nw.col(c.DISCOUNT) > 0).fill_null(False)).then(bought).otherwise(nw.lit(0, nw.Int64))
    rows = frames.orders.select(
        c.CUSTOMER_ID,
        c.DAY,
        bought.alias("n_orders"),
        nw.col(c.AMOUNT).fill_null(0.0),
        discounted.alias("n_discounted"),
    )
    daily = _summed(rows, ("n_orders", "n_discounted"), c.AMOUNT)
    has_order = (nw.col("n_orders") > 0).cast(nw.Int64)
    last = nw.when(nw.col("n_orders") > 0).then(nw.col(c.DAY)).otherwise(nw.lit(_NEVER)).cast(nw.Int64)
    return daily.with_columns(has_order.alias("n_order_days"), last.alias(c.LAST_ORDER_DAY))


def _event_gains(events: Frame) -> Frame:
    """Customer × day: how many events of each counted sort."""
    named = events.filter(~nw.col(c.CUSTOMER_ID).is_null())
    sorts = [
        nw.col(c.KIND).is_in(list(kinds)).cast(nw.Int64).alias(name) for name, kinds in EVENT_KINDS_COUNTED.items()
    ]
    rows = named.select(c.CUSTOMER_ID, c.DAY, *sorts)
    return _summed(rows, tuple(EVENT_KINDS_COUNTED))


def _summed(rows: Frame, counted: Sequence[str], *money: str) -> Frame:
    """Sums by customer and day. Engines widen integer sums differently; the cast keeps the frames of one shape."""
    sums = rows.group_by(c.CUSTOMER_ID, c.DAY).agg(*[nw.col(name).sum() for name in (*counted, *money)])
    return sums.with_columns(nw.col(name).cast(nw.Int64) for name in counted)


def _by_period(daily: Frame, counts: Sequence[Count], calendar: Frame, snapshots: Sequence[int]) -> Frame:
    """Gains, and the losses of windowed counts, summed by customer and period."""
    latest = c.LAST_ORDER_DAY in daily.collect_schema().names()

    def moved(window: int | None) -> Frame:
        signed = [
            _signed(count, window).alias(count.name)
            for count in counts
            if window is None or count.window_days == window
        ]
        idle = [
            _zero(count).alias(count.name) for count in counts if window is not None and count.window_days != window
        ]
        last = (
            [nw.col(c.LAST_ORDER_DAY) if window is None else nw.lit(_NEVER, nw.Int64).alias(c.LAST_ORDER_DAY)]
            if latest
            else []
        )
        day = (nw.col(c.DAY) + (window or 0)).cast(nw.Int32).alias(c.DAY)
        shifted = daily.select(c.CUSTOMER_ID, day, *signed, *idle, *last)
        return shifted.select(
            c.CUSTOMER_ID, c.DAY, *[count.name for count in counts], *([c.LAST_ORDER_DAY] if latest else [])
        )

    windows = sorted({count.window_days for count in counts if count.window_days is not None})
    deltas = nw.concat([moved(None), *[moved(window) for window in windows]], how="vertical")
    totals = [nw.col(count.name).sum() for count in counts]
    return (
        _on_calendar(deltas, calendar, snapshots)
        .group_by(c.CUSTOMER_ID, c.PERIOD)
        .agg(*totals, *([nw.col(c.LAST_ORDER_DAY).max()] if latest else []))
    )


def _signed(count: Count, window: int | None) -> nw.Expr:
    return nw.col(count.source) if window is None else nw.col(count.source) * -1


def _zero(count: Count) -> nw.Expr:
    return nw.lit(0.0, nw.Float64) if count.source == c.AMOUNT else nw.lit(0, nw.Int64)


def _accumulate(grid: Frame, gains: Frame, counts: Sequence[Count], latest: str | None) -> Frame:
    """Join gains to the grid and run them up along each customer's snapshots."""
    names = [count.name for count in counts]
    filled = [
        nw.col(count.name)
        .fill_null(0.0 if count.source == c.AMOUNT else 0)
        .cast(nw.Float64 if count.source == c.AMOUNT else nw.Int64)
        for count in counts
    ]
    last = [nw.col(latest).fill_null(_NEVER).cast(nw.Int64)] if latest else []
    joined = grid.join(gains, on=[c.CUSTOMER_ID, c.PERIOD], how="left").with_columns(*filled, *last)
    running = [nw.col(name).cum_sum().over(c.CUSTOMER_ID, order_by=c.PERIOD).alias(name) for name in names]
    running += [nw.col(latest).cum_max().over(c.CUSTOMER_ID, order_by=c.PERIOD).alias(latest)] if latest else []
    typed = [nw.col(count.name).cast(nw.Float64 if count.source == c.AMOUNT else nw.Int64) for count in counts]
    return joined.with_columns(*running).with_columns(*typed)


def _finish(frames: Frames, panel: Frame) -> Frame:
    """Turn running sums into features; nothing about a first order shows before it happened."""
    as_of = nw.col(c.AS_OF_DAY).cast(nw.Int64)
    has_order = nw.col(c.N_ORDERS) > 0
    last = nw.when(has_order).then(nw.col(c.LAST_ORDER_DAY))
    first = nw.when(has_order).then(nw.col(c.FIRST_ORDER_DAY).cast(nw.Int64))
    firsts = {name: f"first_{name}" for name in ORDER_TRAITS}
    panel = panel.with_columns(
        last.alias(c.LAST_ORDER_DAY),
        first.alias(c.FIRST_ORDER_DAY),
        (as_of - nw.col(c.KNOWN_SINCE_DAY)).alias(c.TENURE_DAYS),
        # a column the file lacks is missing for all, so that rules may name it in any file
        *[
            (nw.when(has_order).then(nw.col(first)) if name in frames.order_columns else nw.lit(None, nw.String)).alias(
                first
            )
            for name, first in firsts.items()
        ],
        *[_money(frames, name) for name in (c.SPEND_TOTAL, "spend_365d")],
    )
    repeat = nw.col(c.N_ORDER_DAYS) > 1
    gap = (nw.col(c.LAST_ORDER_DAY) - nw.col(c.FIRST_ORDER_DAY)) / (nw.col(c.N_ORDER_DAYS) - 1)
    per_order = nw.col(c.SPEND_TOTAL) / nw.col(c.N_ORDERS)
    discounted = nw.when(has_order).then(nw.col("n_discounted") / nw.col(c.N_ORDERS))
    # where a file says nothing of discounts, nobody is known to buy without one
    discount_share = discounted if c.DISCOUNT in frames.order_columns else nw.lit(None, nw.Float64)
    return panel.with_columns(
        (as_of - nw.col(c.LAST_ORDER_DAY)).alias(c.DAYS_SINCE_LAST_ORDER),
        (as_of - nw.col(c.FIRST_ORDER_DAY)).alias(c.DAYS_SINCE_FIRST_ORDER),
        nw.when(repeat).then(gap).alias("mean_gap_days"),
        nw.when(repeat).then((as_of - nw.col(c.LAST_ORDER_DAY)) / gap).alias("gap_ratio"),
        nw.when(has_order).then(per_order).alias("mean_order_value"),
        discount_share.alias("discount_share"),
    ).drop("n_discounted")


def _money(frames: Frames, name: str) -> nw.Expr:
    # rounding makes the sum independent of the order of its parts, so a limit of 100 means 100 on every engine;
    # adding nothing turns -0.0, which a file would show as "-0", into 0.0
    return (nw.col(name).round(6) + 0.0 if frames.has_amounts else nw.lit(None, nw.Float64)).alias(name)
