"""Features of every customer at several days in one pass.

Method: orders and events become daily gains per customer; a feature over the last W days also loses each gain W days later.
Gains and losses are summed by customer and snapshot, run up along each customer's changes, and spread over the snapshots. The
cost is linear in rows plus customers × snapshots.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from clm_core import columns as c
from clm_core.errors import PeriodError
from clm_core.features.frames import Frame, Frames, known_features
from clm_core.features.registry import EVENT_COUNTS, ORDER_TRAITS
from clm_core.features.stretches import WAS_KNOWN, bring_aids, build_stretches, spread
from clm_core.tables import to_date


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
    check_days(frames, snapshots)
    aids = bring_aids(frames, snapshots)
    people = build_people(frames, snapshots[-1])
    each = spread(frames, build_stretches(frames, people, snapshots, aids), snapshots, aids, is_beside=False)
    return with_features(frames, each, people)


def check_days(frames: Frames, snapshots: Sequence[int]) -> None:
    """Refuse snapshots outside the data with a PeriodError."""
    outside = [day for day in snapshots if not frames.first_day <= day <= frames.last_day]
    if outside:
        raise PeriodError(
            "The day asked for lies outside the data.",
            where="as-of day",
            found=to_date(outside[0]).isoformat(),
            allowed=f"{to_date(frames.first_day)} to {to_date(frames.last_day)}, the first and last day in the files",
            next_step="Choose a day in this range; after it nothing is known, before it there is no order.",
        )


def build_people(frames: Frames, last_day: int) -> Frame:
    """One row per customer known by ``last_day``: since when, first order, and traits that never change."""
    who = (c.CUSTOMER_NO, c.CUSTOMER_ID, c.DAY)
    seen = [frames.orders.select(*who)]
    if frames.customers is not None:
        seen.append(frames.customers.select(*who).filter(~nw.col(c.DAY).is_null()))
    if frames.events is not None:
        seen.append(frames.events.select(*who).filter(~nw.col(c.CUSTOMER_NO).is_null()))
    known = (
        nw.concat(seen, how="vertical")
        .filter(nw.col(c.DAY) <= last_day)
        .group_by(c.CUSTOMER_NO)
        .agg(nw.col(c.CUSTOMER_ID).min(), nw.col(c.DAY).min().alias(c.KNOWN_SINCE_DAY))
    )
    people = known.join(_first_orders(frames), on=c.CUSTOMER_NO, how="left")
    if frames.customers is not None and frames.traits:
        people = people.join(frames.customers.select(c.CUSTOMER_NO, *frames.traits), on=c.CUSTOMER_NO, how="left")
    return people


def _first_orders(frames: Frames) -> Frame:
    """First purchase day of each customer, and what was bought then (smallest text where a day has several)."""
    traits = [name for name in ORDER_TRAITS if name in frames.order_columns]
    bought = frames.orders.filter(nw.col(c.IS_PURCHASE)).select(c.CUSTOMER_NO, c.DAY, *traits)
    first = bought.group_by(c.CUSTOMER_NO).agg(nw.col(c.DAY).min().alias(c.FIRST_ORDER_DAY))
    if not traits:
        return first
    return (
        bought.join(first, on=c.CUSTOMER_NO, how="inner")
        .filter(nw.col(c.DAY) == nw.col(c.FIRST_ORDER_DAY))
        .group_by(c.CUSTOMER_NO)
        .agg(nw.col(c.FIRST_ORDER_DAY).min(), *[nw.col(name).min().alias(f"first_{name}") for name in traits])
    )


def with_features(frames: Frames, each: Frame, people: Frame | None = None, prefixes: Sequence[str] = ("",)) -> Frame:
    """Counts of each customer and snapshot turned into features, at the snapshot and, by prefix, at the one before.

    ``people`` adds the id and the texts that are known of a customer; without it these columns are left out.
    """
    if people is not None:
        each = each.join(people.drop(c.KNOWN_SINCE_DAY, c.FIRST_ORDER_DAY), on=c.CUSTOMER_NO, how="inner")
    own = [name for prefix in prefixes for name in _columns(frames, prefix, has_people=people is not None)]
    kept = [c.CUSTOMER_NO, c.PERIOD, c.KNOWN_SINCE_DAY, *([WAS_KNOWN] if len(prefixes) > 1 else [])]
    return (
        each.with_columns(
            made for prefix in prefixes for made in _counted(frames, prefix, has_people=people is not None)
        )
        .with_columns(made for prefix in prefixes for made in _divided(frames, prefix))
        .select(*([c.CUSTOMER_ID] if people is not None else []), *kept, *own)
    )


def numbers_of(frames: Frames) -> list[str]:
    """The features made of counts alone, for which :func:`with_features` needs no ``people``."""
    texts = {*(f"first_{name}" for name in ORDER_TRAITS), *frames.traits}
    return [name for name in known_features(frames) if name not in texts]


def _columns(frames: Frames, prefix: str, *, has_people: bool) -> list[str]:
    days = [c.AS_OF_DAY, c.FIRST_ORDER_DAY, c.LAST_ORDER_DAY]
    return [prefix + name for name in (*days, *(known_features(frames) if has_people else numbers_of(frames)))]


def _counted(frames: Frames, prefix: str, *, has_people: bool) -> list[nw.Expr]:
    """Days and sums; nothing about a first order shows before it happened."""
    has_order = nw.col(prefix + c.N_ORDERS) > 0
    made = {
        c.LAST_ORDER_DAY: nw.when(has_order).then(nw.col(prefix + c.LAST_ORDER_DAY)),
        c.FIRST_ORDER_DAY: nw.when(has_order).then(nw.col(c.FIRST_ORDER_DAY)),
        c.TENURE_DAYS: nw.col(prefix + c.AS_OF_DAY) - nw.col(c.KNOWN_SINCE_DAY),
        **{name: _money(frames, prefix + name) for name in (c.SPEND_TOTAL, "spend_365d")},
    }
    if frames.events is None:
        # nothing is known of events, which is not the same as none having happened
        made |= {count.name: nw.lit(None, nw.Float64) for count in EVENT_COUNTS}
    if has_people:
        for name in ORDER_TRAITS:
            # a column the file lacks is missing for all, so that rules may name it in any file
            known = nw.when(has_order).then(nw.col(f"first_{name}"))
            made[f"first_{name}"] = known if name in frames.order_columns else nw.lit(None, nw.String)
        if prefix:
            made |= {name: nw.col(name) for name in frames.traits}
    return [value.alias(prefix + name) for name, value in made.items()]


def _divided(frames: Frames, prefix: str) -> list[nw.Expr]:
    def at(name: str) -> nw.Expr:
        return nw.col(prefix + name)

    repeat, has_order = at(c.N_ORDER_DAYS) > 1, at(c.N_ORDERS) > 0
    gap = (at(c.LAST_ORDER_DAY) - at(c.FIRST_ORDER_DAY)) / (at(c.N_ORDER_DAYS) - 1)
    discounted = nw.when(has_order).then(at("n_discounted") / at(c.N_ORDERS))
    made = {
        c.DAYS_SINCE_LAST_ORDER: at(c.AS_OF_DAY) - at(c.LAST_ORDER_DAY),
        c.DAYS_SINCE_FIRST_ORDER: at(c.AS_OF_DAY) - at(c.FIRST_ORDER_DAY),
        "mean_gap_days": nw.when(repeat).then(gap),
        "gap_ratio": nw.when(repeat).then((at(c.AS_OF_DAY) - at(c.LAST_ORDER_DAY)) / gap),
        "mean_order_value": nw.when(has_order).then(at(c.SPEND_TOTAL) / at(c.N_ORDERS)),
        # where a file says nothing of discounts, nobody is known to buy without one
        "discount_share": discounted if c.DISCOUNT in frames.order_columns else nw.lit(None, nw.Float64),
    }
    return [value.alias(prefix + name) for name, value in made.items()]


def _money(frames: Frames, name: str) -> nw.Expr:
    # rounding makes the sum independent of the order of its parts, so a limit of 100 means 100 on every engine;
    # adding nothing turns -0.0, which a file would show as "-0", into 0.0
    return nw.col(name).round(6) + 0.0 if frames.has_amounts else nw.lit(None, nw.Float64)
