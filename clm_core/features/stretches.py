"""Stretches: runs of snapshots over which a customer's counts stay the same.

Between two orders, and until an old one falls out of a window, nothing about a customer changes but the days since. So the
counts are run up once for each change, not for each customer and month, and spread over the snapshots afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import pyarrow as pa

from clm_core import columns as c
from clm_core.features.frames import Frame, Frames
from clm_core.features.gains import counts_of, gains_and_losses, is_money, windows_in
from clm_core.features.registry import Count

BEFORE = "previous_"
"""Stands before the name of anything as it was one snapshot earlier."""
WAS_KNOWN = "was_known"
_STARTS, _LENGTH, _STEP = "starts", "length", "step"
_WHO_AND_SINCE = (c.KNOWN_SINCE_DAY, c.FIRST_ORDER_DAY)


@dataclass(frozen=True)
class Aids:
    """Small tables of some snapshots that customers' rows are joined to.

    They are brought into the engine before anything is built on its frames: a table that arrives later might be what a name
    means, so an engine binds all that was built before once more.
    """

    windows: dict[tuple[Count, ...], Frame]
    calendar: Frame
    steps: Frame
    days: Frame


def bring_aids(frames: Frames, snapshots: Sequence[int]) -> Aids:
    """Put the tables that :func:`build_stretches` and :func:`spread` join to into the engine."""
    bring = frames.engine.frame
    steps = bring(_steps(len(snapshots)))
    return Aids(windows_in(frames), bring(_calendar(snapshots)), steps, bring(_days(snapshots)))


def build_stretches(frames: Frames, people: Frame, snapshots: Sequence[int], aids: Aids) -> Frame:
    """One row per customer and stretch.

    Columns: `customer_no`, `starts` (the first snapshot of the stretch, from 0), `length` (snapshots), each count,
    `last_order_day`, `known_since_day`, `first_order_day`.
    """
    counts = counts_of(frames)
    names = [count.name for count in counts]
    gains = gains_and_losses(frames, people, aids.windows)
    seen = _at_snapshots(gains, snapshots, aids.calendar).group_by(c.CUSTOMER_NO, c.PERIOD)
    # engines widen sums differently, and a count of orders needs no more than 32 bits
    narrow = [nw.col(count.name).cast(nw.Float64 if is_money(count) else nw.Int32) for count in counts]
    gained = seen.agg(*[nw.col(name).sum() for name in names], nw.col(c.LAST_ORDER_DAY).max()).with_columns(*narrow)

    def along(column: nw.Expr) -> nw.Expr:
        return column.over(c.CUSTOMER_NO, order_by=c.PERIOD)

    period = nw.col(c.PERIOD)
    run_up = gained.select(
        c.CUSTOMER_NO,
        period.alias(_STARTS),
        (along(period.shift(-1)).fill_null(len(snapshots)) - period).cast(nw.Int32).alias(_LENGTH),
        *[along(nw.col(name).cum_sum()).alias(name) for name in names],
        along(nw.col(c.LAST_ORDER_DAY).cum_max()).alias(c.LAST_ORDER_DAY),
    )
    since = people.select(c.CUSTOMER_NO, *_WHO_AND_SINCE)
    return run_up.with_columns(*narrow).join(since, on=c.CUSTOMER_NO, how="inner")


def spread(frames: Frames, stretches: Frame, snapshots: Sequence[int], aids: Aids, *, is_beside: bool) -> Frame:
    """One row per customer and snapshot: `customer_no`, `period`, `as_of_day`, and what the stretch holds.

    With ``is_beside``, also `was_known`, and everything as it was one snapshot earlier under ``previous_…``: missing where the
    customer was not known then.
    """
    names = [*(count.name for count in counts_of(frames)), c.LAST_ORDER_DAY]
    shown = [c.CUSTOMER_NO, c.PERIOD, c.AS_OF_DAY, *_WHO_AND_SINCE, *names]
    if len(snapshots) == 1 and not is_beside:  # each stretch is one snapshot long
        only = [nw.lit(0, nw.Int32).alias(c.PERIOD), nw.lit(snapshots[0], nw.Int32).alias(c.AS_OF_DAY)]
        return stretches.with_columns(*only).select(*shown)
    step = nw.col(_STEP)
    if is_beside:
        # the stretch before ends where this one starts
        ends = (nw.col(_STARTS) + nw.col(_LENGTH)).cast(nw.Int32).alias(_STARTS)
        earlier = stretches.select(c.CUSTOMER_NO, ends, *[nw.col(name).alias(BEFORE + name) for name in names])
        stretches = stretches.join(earlier, on=[c.CUSTOMER_NO, _STARTS], how="left")
    each = stretches.join(aids.steps, on=_LENGTH, how="inner").with_columns(
        (nw.col(_STARTS) + step).cast(nw.Int32).alias(c.PERIOD)
    )
    each = each.join(aids.days, on=c.PERIOD, how="inner")
    if not is_beside:
        return each.select(*shown)
    was_known = (nw.col(c.KNOWN_SINCE_DAY) <= nw.col(BEFORE + c.AS_OF_DAY)).fill_null(False)
    previous = [
        nw.when(step > 0).then(nw.col(name)).otherwise(nw.col(BEFORE + name)).alias(BEFORE + name) for name in names
    ]
    day_before = nw.when(was_known).then(nw.col(BEFORE + c.AS_OF_DAY)).alias(BEFORE + c.AS_OF_DAY)
    return each.select(*shown, *previous, day_before, was_known.alias(WAS_KNOWN))


def _at_snapshots(rows: Frame, snapshots: Sequence[int], calendar: Frame) -> Frame:
    """The rows with the snapshot that first sees each in place of its day; later days fall away."""
    clipped = nw.when(nw.col(c.DAY) < snapshots[0]).then(nw.lit(snapshots[0])).otherwise(nw.col(c.DAY))
    return (
        rows.filter(nw.col(c.DAY) <= snapshots[-1])
        .with_columns(clipped.cast(nw.Int32).alias(c.DAY))
        .join(calendar, on=c.DAY, how="inner")
        .drop(c.DAY)
    )


def _calendar(snapshots: Sequence[int]) -> pa.Table:
    """For each day from the first snapshot on, which snapshot first sees it."""
    days = np.arange(snapshots[0], snapshots[-1] + 1)
    sees = np.searchsorted(np.asarray(snapshots), days)
    return pa.table({c.DAY: pa.array(days, pa.int32()), c.PERIOD: pa.array(sees, pa.int32())})


def _steps(n_snapshots: int) -> pa.Table:
    """For a stretch of each possible length the steps from its first snapshot: an equal join, which every engine is good at."""
    lengths = np.repeat(np.arange(1, n_snapshots + 1), np.arange(1, n_snapshots + 1))
    first = np.cumsum(np.arange(n_snapshots + 1))[:-1]
    steps = np.arange(len(lengths)) - np.repeat(first, np.arange(1, n_snapshots + 1))
    return pa.table({_LENGTH: pa.array(lengths, pa.int32()), _STEP: pa.array(steps, pa.int32())})


def _days(snapshots: Sequence[int]) -> pa.Table:
    """The day of each snapshot, and of the one before."""
    return pa.table(
        {
            c.PERIOD: pa.array(range(len(snapshots)), pa.int32()),
            c.AS_OF_DAY: pa.array(snapshots, pa.int32()),
            BEFORE + c.AS_OF_DAY: pa.array([None, *snapshots[:-1]], pa.int32()),
        }
    )
