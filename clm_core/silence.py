"""What silence alone will do: if nothing happens after a day, no order and no event, who changes stage, and when.

In silence every feature is known ahead, so these days are exact under the present rules; they are no forecast of behaviour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from math import ceil, floor

import narwhals as nw
import pandas as pd

from clm_core import columns as c
from clm_core.conditions import Condition, Test, features_used, first_match, right_side
from clm_core.conditions import tests as tests_of
from clm_core.engine import collect
from clm_core.features import FEATURES, Frame, Frames, build_panel
from clm_core.frameworks import Framework
from clm_core.tables import to_date

AGEING = (c.DAYS_SINCE_LAST_ORDER, c.DAYS_SINCE_FIRST_ORDER, c.TENURE_DAYS)
"""Features that grow by one a day in silence."""
STEADY = (
    c.N_ORDERS,
    c.N_ORDER_DAYS,
    c.SPEND_TOTAL,
    "mean_gap_days",
    "mean_order_value",
    "discount_share",
    "n_sign_ups",
)
"""Features that silence leaves as they are, as it does traits and the first order. The others need stepping day by day."""
DAYS_LEFT, NEXT_RULE = "days_left", "next_rule"
NEVER = 1_000_000
STORY_DAYS = 1825


def silent_changes(frames: Frames, framework: Framework, as_of_day: int, customer_id: str) -> pd.DataFrame:
    """Each change of stage of one customer after a day if nothing happens any more: `day` (date), `stage`, `stage_rule`.

    Their features are recomputed for every day of the next five years.
    """
    mine = nw.col(c.CUSTOMER_ID) == customer_id
    panel = build_panel(_silent(frames, as_of_day, STORY_DAYS, mine), range(as_of_day, as_of_day + STORY_DAYS + 1))
    ruled = collect(panel.select(c.PERIOD, framework.rule_number().alias(c.RULE_NO)).sort(c.PERIOD)).astype(int)
    stages = ruled[c.RULE_NO].map(dict(enumerate(framework.stage_of_rule)))
    changed = (stages != stages.shift()) & (ruled[c.PERIOD] > 0)
    rules = ruled.loc[changed, c.RULE_NO].map(dict(enumerate(framework.id_of_rule)))
    days = [to_date(as_of_day + ahead) for ahead in ruled.loc[changed, c.PERIOD]]
    return pd.DataFrame({c.DAY: days, c.STAGE: stages[changed].tolist(), c.STAGE_RULE: rules.tolist()})


def early_warning(frames: Frames, today: Frame, framework: Framework, as_of_day: int, n_days: int = 30) -> pd.DataFrame:
    """Everyone on the path who will be off it within ``n_days`` if they stay silent, the most valuable first.

    ``today`` is the frame of features at ``as_of_day``. Where the rules that lead off the path read only days since
    something and what silence leaves as it is, the day is a difference; rules that read counts of the last days are asked
    anew for each day, at a cost of customers on the path × days. Columns: `customer_id`, `stage` now, `next_stage`,
    `days_left`, `day` (date) of the change, `value` (net spend of the last 365 days; missing without amounts).
    """
    numbered = today.with_columns(framework.rule_number().alias(c.RULE_NO))
    on_path = numbered.filter(~nw.col(c.RULE_NO).is_in(_rules_off_path(framework)))
    if is_closed_form(framework):
        leaving = _by_difference(on_path, framework, n_days)
    else:
        leaving = _by_steps(frames, on_path, framework, as_of_day, n_days)
    home = collect(leaving.select(c.CUSTOMER_ID, c.RULE_NO, NEXT_RULE, DAYS_LEFT, "spend_365d"))
    stages = dict(enumerate(framework.stage_of_rule))
    table = pd.DataFrame(
        {
            c.CUSTOMER_ID: home[c.CUSTOMER_ID],
            c.STAGE: home[c.RULE_NO].astype(int).map(stages),
            "next_stage": home[NEXT_RULE].astype(int).map(stages),
            DAYS_LEFT: home[DAYS_LEFT].astype("int64"),
            c.DAY: [to_date(as_of_day + int(ahead)) for ahead in home[DAYS_LEFT]],
            c.VALUE: home["spend_365d"].astype("Float64").astype("float64"),
        }
    )
    return table.sort_values([c.VALUE, DAYS_LEFT, c.CUSTOMER_ID], ascending=[False, True, True], ignore_index=True)


def of_stages(leaving: pd.DataFrame, stages: Sequence[str]) -> pd.DataFrame:
    """Those of an early warning who are in one of some stages now; none named means all."""
    return leaving[leaving[c.STAGE].isin(stages)].reset_index(drop=True) if stages else leaving


def is_closed_form(framework: Framework) -> bool:
    """Whether the day of leaving the path is a difference of days for everyone."""
    used = {name for when in _asked(framework) if when is not None for name in features_used(when)}
    return all(name in (*AGEING, *STEADY) or name.startswith("first_") or name not in FEATURES for name in used)


def _rules_off_path(framework: Framework) -> list[int]:
    off = {stage.id for stage in framework.stages if stage.kind == "off_path"}
    return [number for number, rule in enumerate(framework.rules) if rule.stage in off]


def _asked(framework: Framework) -> list[Condition | None]:
    """The conditions that decide between on and off the path: rules after the last that leads off it lead to a path stage."""
    last = max(_rules_off_path(framework), default=-1)
    return [rule.when for rule in framework.rules[: last + 1]]


def _by_difference(on_path: Frame, framework: Framework, n_days: int) -> Frame:
    """The first day on which a comparison turns and the rules then lead off the path."""
    asked = _asked(framework)
    turns = sorted({turn for when in asked if when is not None for turn in _turns(when, framework)})
    if not turns:
        return on_path.with_columns(nw.lit(NEVER).alias(DAYS_LEFT), nw.lit(0).alias(NEXT_RULE)).filter(nw.lit(False))
    frame, off = on_path, _rules_off_path(framework)
    for i, (feature, value) in enumerate(turns):
        used = {name for when in asked if when is not None for name in features_used(when)}
        ahead = nw.lit(value) - nw.col(feature)
        frame = frame.with_columns(
            ahead.alias(f"ahead_{i}"),
            *[(nw.col(name) + ahead if name in AGEING else nw.col(name)).alias(f"later_{i}_{name}") for name in used],
        )
        frame = frame.with_columns(first_match(asked, framework.limit_values, f"later_{i}_").alias(f"rule_{i}"))
        is_leaving = nw.col(f"ahead_{i}").is_between(1, n_days) & nw.col(f"rule_{i}").is_in(off)
        left = nw.when(is_leaving.fill_null(False)).then(nw.col(f"ahead_{i}")).otherwise(nw.lit(NEVER))
        frame = frame.with_columns(left.alias(f"left_{i}"))
    frame = frame.with_columns(nw.min_horizontal(*[f"left_{i}" for i in range(len(turns))]).alias(DAYS_LEFT))

    def where_first(number: nw.Expr, i: int) -> nw.Expr:
        return nw.when(nw.col(f"left_{i}") == nw.col(DAYS_LEFT)).then(nw.col(f"rule_{i}")).otherwise(number)

    next_rule = reduce(where_first, range(len(turns)), nw.lit(0, nw.Int32))
    return frame.with_columns(next_rule.alias(NEXT_RULE)).filter(nw.col(DAYS_LEFT) <= n_days)


def _turns(when: Condition, framework: Framework) -> Iterator[tuple[str, int]]:
    """The whole numbers of days at which a comparison of a feature that ages starts or stops to hold."""
    for test in tests_of(when):
        if test.feature in AGEING and test.op not in ("missing", "present"):
            yield from ((test.feature, value) for value in _turn_values(test, framework))


def _turn_values(test: Test, framework: Framework) -> tuple[int, ...]:
    limit = float(right_side(test, framework.limit_values))
    if test.op in (">", "<="):
        return (floor(limit) + 1,)
    if test.op in (">=", "<"):
        return (ceil(limit),)
    return (ceil(limit), floor(limit) + 1)


def _by_steps(frames: Frames, on_path: Frame, framework: Framework, as_of_day: int, n_days: int) -> Frame:
    """The first of the next days on which features computed for that day lead off the path."""
    panel = build_panel(_silent(frames, as_of_day, n_days), range(as_of_day + 1, as_of_day + n_days + 1))
    ruled = panel.select(c.CUSTOMER_ID, c.PERIOD, framework.rule_number().alias(NEXT_RULE))
    leaving = ruled.filter(nw.col(NEXT_RULE).is_in(_rules_off_path(framework)))
    first = leaving.group_by(c.CUSTOMER_ID).agg(nw.col(c.PERIOD).min())
    days_left = (nw.col(c.PERIOD) + 1).alias(DAYS_LEFT)
    told = first.join(leaving, on=[c.CUSTOMER_ID, c.PERIOD], how="inner").with_columns(days_left)
    return on_path.join(told.select(c.CUSTOMER_ID, NEXT_RULE, DAYS_LEFT), on=c.CUSTOMER_ID, how="inner")


def _silent(frames: Frames, as_of_day: int, n_days: int, who: nw.Expr | None = None) -> Frames:
    """The same people, or some of them, as if nothing had happened after a day, so that days ahead may be asked for."""

    def cut(frame: Frame) -> Frame:
        kept = frame if who is None else frame.filter(who)
        return kept.filter(nw.col(c.DAY) <= as_of_day)

    customers = frames.customers
    if customers is not None:
        # a sign-up to come makes nobody known yet, but the traits of the row are those of today
        is_past = nw.col(c.DAY) <= as_of_day
        customers = customers.with_columns(nw.when(is_past).then(nw.col(c.DAY)).alias(c.DAY))
        customers = customers if who is None else customers.filter(who)
    events = cut(frames.events) if frames.events is not None else None
    return replace(frames, orders=cut(frames.orders), customers=customers, events=events, last_day=as_of_day + n_days)
