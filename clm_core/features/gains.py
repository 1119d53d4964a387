"""What each customer gains and loses from day to day: orders, money, events.

A feature over the last W days also loses each gain W days later, so that windows are sums like all others.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import pyarrow as pa

from clm_core import columns as c
from clm_core.features.frames import Frame, Frames
from clm_core.features.registry import EVENT_COUNTS, EVENT_KINDS_COUNTED, ORDER_COUNTS, Count

NEVER = -1_000_000
"""Stands for "no day yet" inside running maxima, where engines disagree on nulls."""
_LATER = "days_later"


def counts_of(frames: Frames) -> tuple[Count, ...]:
    """The counts that these files can fill."""
    return (*_order_counts(frames), *(EVENT_COUNTS if frames.events is not None else ()))


def _order_counts(frames: Frames) -> tuple[Count, ...]:
    empty = {c.AMOUNT: not frames.has_amounts, "n_discounted": c.DISCOUNT not in frames.order_columns}
    return tuple(count for count in ORDER_COUNTS if not empty.get(count.source))


def is_money(count: Count) -> bool:
    """Whether a count adds up amounts."""
    return count.source == c.AMOUNT


def windows_in(frames: Frames) -> dict[tuple[Count, ...], Frame]:
    """The lengths of the windows that counts look back over, inside the engine: what :func:`gains_and_losses` joins to."""
    told = [_order_counts(frames), *([EVENT_COUNTS] if frames.events is not None else [])]
    return {
        counts: frames.engine.frame(pa.table({_LATER: pa.array([0, *_window_days(counts)], pa.int32())}))
        for counts in told
    }


def _window_days(counts: Sequence[Count]) -> list[int]:
    return sorted({count.window_days for count in counts if count.window_days is not None})


def gains_and_losses(frames: Frames, people: Frame, windows: dict[tuple[Count, ...], Frame]) -> Frame:
    """Rows by customer and day that add up to every count; each person has one on the day they become known.

    Columns: `customer_no`, `day`, each count, and `last_order_day`, the day itself where something was bought.
    """
    counts = counts_of(frames)
    parts = [_moved(_order_gains(frames), _order_counts(frames), windows)]
    if frames.events is not None:
        parts.append(_moved(_event_gains(frames.events), EVENT_COUNTS, windows))
    if frames.events is not None or frames.customers is not None:
        parts.append(people.select(c.CUSTOMER_NO, nw.col(c.KNOWN_SINCE_DAY).alias(c.DAY)))
    return parts[0] if len(parts) == 1 else nw.concat([_filled(part, counts) for part in parts], how="vertical")


def _order_gains(frames: Frames) -> Frame:
    """Customer × day: purchases, money, discounted purchases."""
    bought = nw.col(c.IS_PURCHASE).cast(nw.Int64)
    discounted = nw.lit(0, nw.Int64)
    if c.DISCOUNT in frames.order_columns:
        discounted = nw.when((nw.col(c.DISCOUNT) > 0).fill_null(False)).then(bought).otherwise(nw.lit(0, nw.Int64))
    rows = frames.orders.select(
        c.CUSTOMER_NO,
        c.DAY,
        bought.alias("n_orders"),
        nw.col(c.AMOUNT).fill_null(0.0),
        discounted.alias("n_discounted"),
    )
    daily = _summed(rows, ("n_orders", "n_discounted"), c.AMOUNT)
    has_order = (nw.col("n_orders") > 0).cast(nw.Int32)
    last = nw.when(nw.col("n_orders") > 0).then(nw.col(c.DAY)).otherwise(nw.lit(NEVER)).cast(nw.Int32)
    return daily.with_columns(has_order.alias("n_order_days"), last.alias(c.LAST_ORDER_DAY))


def _event_gains(events: Frame) -> Frame:
    """Customer × day: how many events of each counted sort."""
    named = events.filter(~nw.col(c.CUSTOMER_NO).is_null())
    sorts = [
        nw.col(c.KIND).is_in(list(kinds)).cast(nw.Int64).alias(name) for name, kinds in EVENT_KINDS_COUNTED.items()
    ]
    rows = named.select(c.CUSTOMER_NO, c.DAY, *sorts)
    return _summed(rows, tuple(EVENT_KINDS_COUNTED))


def _summed(rows: Frame, counted: Sequence[str], *money: str) -> Frame:
    """Sums by customer and day. Engines widen integer sums differently; the cast keeps the frames of one shape."""
    sums = rows.group_by(c.CUSTOMER_NO, c.DAY).agg(*[nw.col(name).sum() for name in (*counted, *money)])
    return sums.with_columns(nw.col(name).cast(nw.Int32) for name in counted)


def _moved(daily: Frame, counts: tuple[Count, ...], windows: dict[tuple[Count, ...], Frame]) -> Frame:
    """The gains of each day, and for each length of window what falls out of it that many days later."""
    later = nw.col(_LATER)
    is_gain = later == 0

    def moved(count: Count) -> nw.Expr:
        nothing = nw.lit(0.0) if is_money(count) else nw.lit(0, nw.Int32)
        gain = nw.col(count.source)
        lost = nw.when(later == count.window_days).then(gain * -1).otherwise(nothing) if count.window_days else nothing
        return nw.when(is_gain).then(gain).otherwise(lost).alias(count.name)

    rows = daily.join(windows[counts], how="cross")
    last = nw.when(is_gain).then(nw.col(c.LAST_ORDER_DAY)).otherwise(nw.lit(NEVER, nw.Int32))
    shown = [last.alias(c.LAST_ORDER_DAY)] if c.LAST_ORDER_DAY in daily.collect_schema().names() else []
    day = (nw.col(c.DAY) + later).cast(nw.Int32).alias(c.DAY)
    return rows.select(c.CUSTOMER_NO, day, *map(moved, counts), *shown)


def _filled(part: Frame, counts: Sequence[Count]) -> Frame:
    """The part with every count, none of those it does not tell of."""
    own = set(part.collect_schema().names())
    values = [
        (nw.col(count.name) if count.name in own else nw.lit(0))
        .cast(nw.Float64 if is_money(count) else nw.Int32)
        .alias(count.name)
        for count in counts
    ]
    last = nw.col(c.LAST_ORDER_DAY) if c.LAST_ORDER_DAY in own else nw.lit(NEVER)
    return part.select(
        c.CUSTOMER_NO, nw.col(c.DAY).cast(nw.Int32), *values, last.cast(nw.Int32).alias(c.LAST_ORDER_DAY)
    )
