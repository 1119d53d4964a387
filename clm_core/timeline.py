"""One customer's story: orders, events, stages so far, what would move them, and the changes that silence would bring."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import narwhals as nw
import pandas as pd

from clm_core import columns as c
from clm_core.conditions import Feature, Test, matches, right_side, sentence
from clm_core.conditions import tests as tests_of
from clm_core.engine import collect
from clm_core.features import Frame, Frames
from clm_core.frameworks import Framework
from clm_core.ledger import Ledger
from clm_core.silence import AGEING, silent_changes
from clm_core.tables import to_date
from clm_core.wording import count


@dataclass(frozen=True)
class Timeline:
    """What one customer did and where they stood.

    ``orders``: `day` (date), `amount`, `is_purchase`; ``events``: `day`, `kind`; ``bands``: `stage`, `stage_rule`, `starts_on` and
    `ends_on`, the first and last period end in the stage; ``ahead``: `day`, `stage`, `stage_rule` of each change to come in
    silence.
    """

    customer_id: str
    orders: pd.DataFrame
    events: pd.DataFrame
    bands: pd.DataFrame
    ahead: pd.DataFrame


def timeline(frames: Frames, ledger: Ledger, framework: Framework, customer_id: str) -> Timeline:
    """The story of one customer up to the ledger's last day, and the changes that silence would bring in five years."""
    as_of_day = ledger.snapshots[-1]
    mine = nw.col(c.CUSTOMER_ID) == customer_id
    seen = mine & (nw.col(c.DAY) <= as_of_day)
    orders = collect(frames.orders.filter(seen).select(c.DAY, c.AMOUNT, c.IS_PURCHASE).sort(c.DAY))
    none = pd.DataFrame({c.DAY: [], c.KIND: []})
    events = (
        collect(frames.events.filter(seen).select(c.DAY, c.KIND).sort(c.DAY)) if frames.events is not None else none
    )
    ruled = ledger.frame.filter(mine).select(c.PERIOD, framework.rule_number().alias(c.RULE_NO)).sort(c.PERIOD)
    for table in (orders, events):
        table[c.DAY] = [to_date(int(day)) for day in table[c.DAY]]
    return Timeline(
        customer_id,
        orders,
        events,
        _bands(collect(ruled), ledger, framework),
        silent_changes(frames, framework, as_of_day, customer_id),
    )


def _bands(ruled: pd.DataFrame, ledger: Ledger, framework: Framework) -> pd.DataFrame:
    """Period ends in a row under one rule as one band."""
    rules = ruled[c.RULE_NO].astype(int)
    days = ruled[c.PERIOD].astype(int).map(dict(enumerate(ledger.dates)))
    rows = pd.DataFrame(
        {
            c.STAGE: rules.map(dict(enumerate(framework.stage_of_rule))),
            c.STAGE_RULE: rules.map(dict(enumerate(framework.id_of_rule))),
            "day": days,
        }
    )
    run = (rows[c.STAGE] != rows[c.STAGE].shift()).cumsum()
    columns = {
        c.STAGE: (c.STAGE, "first"),
        c.STAGE_RULE: (c.STAGE_RULE, "last"),
        "starts_on": ("day", "first"),
        "ends_on": ("day", "last"),
    }
    return rows.groupby(run).agg(**columns).reset_index(drop=True)


# what would move them


def what_would_move(frame: Frame, framework: Framework, features: dict[str, Feature]) -> pd.DataFrame:
    """What keeps one customer out of each rule asked before the deciding one, and what holds them in the deciding one.

    ``frame`` holds exactly one row. One row per comparison of these rules and of the rule after the deciding one: `rule`, `stage`,
    `sentence`, `value`, `limit`, `holds`, `gap` (limit − value for numbers; missing otherwise), `decides`, `change` (in words,
    what would turn the comparison; empty where it is no use to say).
    """
    limits = framework.limit_values
    rules = [rule for rule in framework.rules if rule.when is not None]
    asked = [test for rule in rules if rule.when is not None for test in tests_of(rule.when)]
    truths = [matches(test, limits).alias(f"truth {i}") for i, test in enumerate(asked)]
    used = sorted({test.feature for test in asked})
    deciding = framework.rule_number().alias("deciding")
    row: dict[str, Any] = frame.select(*used, *truths, deciding).collect("pyarrow").to_arrow().to_pylist()[0]
    rows, number = [], 0
    for place, rule in enumerate(framework.rules):
        for test in tests_of(rule.when) if rule.when is not None else ():
            if place <= row["deciding"] + 1:
                rows.append(
                    {
                        "rule": rule.id,
                        c.STAGE: rule.stage,
                        "sentence": sentence(test, limits, features),
                        **_measured(test, row[test.feature], limits),
                        "holds": bool(row[f"truth {number}"]),
                        "decides": place == row["deciding"],
                        "change": what_would_turn(
                            test, row[test.feature], limits, features, holds=bool(row[f"truth {number}"])
                        ),
                    }
                )
            number += 1
    return pd.DataFrame(
        rows, columns=["rule", c.STAGE, "sentence", c.VALUE, "limit", "gap", "holds", "decides", "change"]
    )


def up_to_the_deciding(found: pd.DataFrame) -> pd.DataFrame:
    """The comparisons of :func:`what_would_move` without the rule after the deciding one, which is not asked of them now."""
    decisive = found.index[found["decides"]]
    return found.loc[: decisive[-1]] if len(decisive) else found


def _measured(test: Test, value: Any, limits: dict[str, float]) -> dict[str, Any]:
    limit = None if test.op in ("missing", "present") else right_side(test, limits)
    is_number = isinstance(limit, int | float) and isinstance(value, int | float)
    return {c.VALUE: value, "limit": limit, "gap": limit - value if is_number else float("nan")}


def what_would_turn(
    test: Test, value: Any, limits: dict[str, float], features: dict[str, Feature], *, holds: bool
) -> str:
    """What has to happen until a comparison of whole numbers turns, e.g. `1 more order` or `46 days without an order`."""
    if test.op not in (">=", ">", "<=", "<") or not isinstance(value, int):
        return ""
    limit = right_side(test, limits)
    turns_above = floor(limit) + 1 if test.op in (">", "<=") else ceil(limit)
    n = turns_above - value
    if test.feature == c.DAYS_SINCE_LAST_ORDER:
        return f"{count(n, 'day')} without an order" if n > 0 else "an order"
    if test.feature in AGEING:
        return f"{count(n, 'day')} more" if n > 0 else ""
    feature = features[test.feature]
    if n > 0:
        return f"{n:,} more {feature.singular if n == 1 else feature.label}"
    return (
        "" if holds and test.op in (">=", ">") else f"{1 - n:,} fewer {feature.singular if n == 0 else feature.label}"
    )
