"""The one place where features end and labels begin.

A cut-off is a day t. Features of a customer at t read rows up to and including t; labels read rows in (t, t + horizon]. Nothing
else in the project may build labels, so no model can be shown what happened next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import pandas as pd
import pyarrow as pa

from clm_core import columns as c
from clm_core.engine import collect
from clm_core.errors import PeriodError, TooThinError
from clm_core.features import FEATURES, Frame, Frames, build_panel, features_of
from clm_core.tables import to_date

NEXT_ORDER_DAYS = "next_order_days"
NEXT_SPEND = "next_spend"
HAS_NO_ORDER = "has_no_order"
LABELS = (NEXT_ORDER_DAYS, NEXT_SPEND, HAS_NO_ORDER)

MIN_HISTORY_DAYS = 60
"""The least a customer base must have been seen before its first cut-off."""
YEAR = 365
N_CUTOFFS = 6
"""Cut-offs stacked for one fit: several seasons and cohort ages at once, few enough to stay quick."""


@dataclass(frozen=True)
class Cutoffs:
    """The days at which features end, for training, for the test and for the fit that scores.

    Labels of ``train`` end on or before ``test``; ``test`` is one horizon before ``as_of_day``; labels of ``final`` end on or
    before ``as_of_day``. Days rise within each. Cut-offs to learn from have half a horizon of history before them. ``train`` is empty
    where the history holds no second horizon: then only a model that learns from no label can be tested. ``final`` may be empty too:
    then only such a model can score. Labels of ``season_test`` end on or before ``test``, those of ``season_final`` on or before
    ``as_of_day``; nothing learns from them but the season.
    """

    horizon_days: int
    as_of_day: int
    train: tuple[int, ...]
    test: int
    final: tuple[int, ...]
    season_test: tuple[int, ...] = ()
    season_final: tuple[int, ...] = ()

    @property
    def earlier(self) -> tuple[int, ...]:
        """Every cut-off but the test, rising."""
        return tuple(sorted({*self.train, *self.final, *self.season_test, *self.season_final} - {self.test}))


def plan_cutoffs(first_day: int, as_of_day: int, horizon_days: int) -> Cutoffs:
    """Cut-offs for one horizon, spaced a third of it apart so that label windows overlap.

    Raises
    ------
    PeriodError
        When the horizon is not at least one day.
    TooThinError
        When the history is shorter than one horizon, on which the model is tested, and 60 days before it.
    """
    if horizon_days < 1:
        raise PeriodError(
            "The horizon must be at least one day.",
            where="horizon in days",
            found=str(horizon_days),
            allowed="1 or more",
            next_step="Choose how many days ahead to look, for example 90.",
        )
    history = as_of_day - first_day
    needed = horizon_days + MIN_HISTORY_DAYS
    if history < needed:
        raise _too_short(history, needed, horizon_days)
    test = as_of_day - horizon_days
    step = max(7, horizon_days // 3)
    # a shop seen for a fraction of the horizon teaches about beginners only
    earliest = first_day + max(MIN_HISTORY_DAYS, horizon_days // 2)
    return Cutoffs(
        horizon_days=horizon_days,
        as_of_day=as_of_day,
        train=_back_from(test - horizon_days, step, earliest),
        test=test,
        final=_back_from(test, step, earliest),
        season_test=season_days(first_day, test, horizon_days),
        season_final=season_days(first_day, as_of_day, horizon_days),
    )


def season_days(first_day: int, day: int, horizon_days: int) -> tuple[int, ...]:
    """Cut-offs that tell the season after ``day``: the same day of up to two earlier years, and one a horizon through the last year.

    Empty where no cut-off a year ago has 60 days and half a horizon of history before it, or where the horizon is more than half a
    year: it holds most of the seasons there are.
    """
    earliest = first_day + max(MIN_HISTORY_DAYS, horizon_days // 2)
    same = [day - k * YEAR for k in (2, 1) if day - k * YEAR >= earliest]
    if not same or horizon_days > YEAR / 2:
        return ()
    return tuple(sorted({*same, *range(day - horizon_days, day - YEAR, -horizon_days)}))


def _back_from(last: int, step: int, earliest: int) -> tuple[int, ...]:
    days = [last - k * step for k in range(N_CUTOFFS)]
    return tuple(sorted(day for day in days if day >= earliest))


def _too_short(history: int, needed: int, horizon_days: int) -> TooThinError:
    longest = history - MIN_HISTORY_DAYS
    advice = (
        f"Choose a horizon of at most {longest} days, or add older orders."
        if longest >= 7
        else f"Add older orders: {MIN_HISTORY_DAYS} days and one horizon are the least."
    )
    return TooThinError(
        "The history is too short to test a model on one horizon.",
        where=f"horizon of {horizon_days} days",
        found=f"{history} days of history",
        allowed=f"at least {needed} days: one horizon and {MIN_HISTORY_DAYS} days before it",
        next_step=advice,
    )


def feature_names(frames: Frames) -> tuple[str, ...]:
    """The numeric features a model may read. Traits are left out: the table does not say since when they were known."""
    known = features_of(frames).values()
    return tuple(feature.name for feature in known if feature.kind == "number" and feature.name not in frames.traits)


def build_dataset(frames: Frames, cutoffs: Sequence[int], horizon_days: int) -> pd.DataFrame:
    """One row per customer known at a cut-off: features as of that day, and what happened in the horizon after it.

    Labels are ``next_order_days`` (distinct days with a purchase in (t, t + horizon]), ``next_spend`` (net amount in it,
    credit notes included; missing where the file has no amounts) and ``has_no_order``.

    Raises
    ------
    PeriodError
        When a label window would end after the last day of the data, where an order not seen is not an order not made.
    """
    days = sorted(set(cutoffs))
    return _labelled(_collected(frames, days, days, horizon_days), frames.has_amounts)


def dataset_and_known(
    frames: Frames, cutoffs: Sequence[int], horizon_days: int, as_of_day: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """:func:`build_dataset`, and everybody known at the later ``as_of_day`` with the same features, in one pass over the data."""
    days = sorted(set(cutoffs))
    table = _collected(frames, [*days, as_of_day], days, horizon_days)
    is_now = table[c.AS_OF_DAY] == as_of_day
    known = table[is_now].drop(columns=[NEXT_ORDER_DAYS, NEXT_SPEND]).reset_index(drop=True)
    return _labelled(table[~is_now].reset_index(drop=True), frames.has_amounts), known


def known_at(frames: Frames, as_of_day: int) -> pd.DataFrame:
    """Every customer known at the day with the features models read, by id."""
    return _typed(collect(_features(frames, [as_of_day])), feature_names(frames))


def _features(frames: Frames, days: Sequence[int]) -> Frame:
    return build_panel(frames, days).select(c.CUSTOMER_ID, c.AS_OF_DAY, *feature_names(frames))


def _collected(frames: Frames, days: Sequence[int], cutoffs: Sequence[int], horizon_days: int) -> pd.DataFrame:
    """Features at ``days``, and sums of the windows after ``cutoffs`` where there was anything to sum."""
    features = _features(frames, days)
    _check_windows(frames, cutoffs, horizon_days)
    labels = _labels(frames, cutoffs, horizon_days)
    return _typed(
        collect(features.join(labels, on=[c.CUSTOMER_ID, c.AS_OF_DAY], how="left")),
        [*feature_names(frames), NEXT_ORDER_DAYS, NEXT_SPEND],
    )


def _check_windows(frames: Frames, days: Sequence[int], horizon_days: int) -> None:
    if days[-1] + horizon_days <= frames.last_day:
        return
    raise PeriodError(
        "A label window ends after the data.",
        where=f"cut-off {to_date(days[-1])}, horizon of {horizon_days} days",
        found=f"window up to {to_date(days[-1] + horizon_days)}",
        allowed=f"up to {to_date(frames.last_day)}, the last day in the files",
        next_step="Use an earlier cut-off or a shorter horizon.",
    )


def _labels(frames: Frames, days: Sequence[int], horizon_days: int) -> Frame:
    """Customer × cut-off with at least one row in the window after it."""
    windows = frames.engine.frame(pa.table({c.AS_OF_DAY: pa.array(days, pa.int32())}))
    rows = frames.orders.select(
        c.CUSTOMER_ID, c.DAY, nw.col(c.IS_PURCHASE).cast(nw.Int64).alias(c.N_ORDERS), nw.col(c.AMOUNT).fill_null(0.0)
    )
    daily = rows.group_by(c.CUSTOMER_ID, c.DAY).agg(nw.col(c.N_ORDERS).sum(), nw.col(c.AMOUNT).sum())
    after = nw.col(c.DAY) > nw.col(c.AS_OF_DAY)
    within = nw.col(c.DAY) <= nw.col(c.AS_OF_DAY) + horizon_days
    return (
        daily.join(windows, how="cross")
        .filter(after & within)
        .with_columns((nw.col(c.N_ORDERS) > 0).cast(nw.Int64).alias(NEXT_ORDER_DAYS))
        .group_by(c.CUSTOMER_ID, c.AS_OF_DAY)
        .agg(nw.col(NEXT_ORDER_DAYS).sum(), nw.col(c.AMOUNT).sum().alias(NEXT_SPEND))
        # rounding makes the sum independent of the order of its parts
        .with_columns(nw.col(NEXT_SPEND).round(6))
    )


def _typed(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    types = {**dict.fromkeys(names, "float64"), c.AS_OF_DAY: "int64"}
    typed = table.astype(types).sort_values([c.AS_OF_DAY, c.CUSTOMER_ID], ignore_index=True)
    # engines round to decimals in ways that differ in the last bit, which a fit would make ten thousand times as large
    money = [name for name in names if name == NEXT_SPEND or (name in FEATURES and FEATURES[name].unit == "money")]
    return typed.assign(**{name: typed[name].round(6) for name in money})


def _labelled(table: pd.DataFrame, has_amounts: bool) -> pd.DataFrame:
    order_days = table[NEXT_ORDER_DAYS].fillna(0).astype("int64")
    return table.assign(
        **{
            NEXT_ORDER_DAYS: order_days,
            NEXT_SPEND: table[NEXT_SPEND].fillna(0.0) if has_amounts else float("nan"),
            HAS_NO_ORDER: order_days == 0,
        }
    )
