"""How much hangs on the rules: the same customers under several rule sets, and who changes stage when a limit moves.

Both are one scan of the customers inside the engine; only sums leave it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import narwhals as nw
import pandas as pd

from clm_core import columns as c
from clm_core.conditions import first_true, matches, tests
from clm_core.engine import collect
from clm_core.features import FEATURES, Frame
from clm_core.frameworks import BY_LIMITS, Framework, check_framework

Role = Literal["active", "at_risk", "lost", "not_bought"]
ROLES: tuple[Role, ...] = get_args(Role)
"""What stages of any framework have in common, in lifecycle order; those who have not bought last, since rules of buyers
do not tell them apart."""
ROLE_NAMES: dict[Role, str] = {"active": "Active", "at_risk": "At risk", "lost": "Lost", "not_bought": "Not bought"}
LEAVING_STEP, LOST_STEP = 7, 8
STEPS = (-0.5, -0.2, -0.1, 0.1, 0.2, 0.5)
WHOLE_UNITS = ("days", "orders", "events")


def compare_rule_sets(today: Frame, rule_sets: Mapping[str, Framework]) -> pd.DataFrame:
    """People by role under each rule set: `rule_set`, `rule` in words, `role`, `n_customers`, `share` (of all known), a full grid.

    ``today`` holds one row per customer with their features. At risk and lost are those in a stage of the colour that stands for
    leaving or lost; whoever has bought and is in any other stage is active, whoever has not bought is that under any rules.
    """
    has_bought = nw.col(c.N_ORDERS) > 0
    sums = [nw.len().alias("n_known"), (~has_bought).cast(nw.Int64).sum().alias("n_not_bought")]
    for number, framework in enumerate(rule_sets.values()):
        role = first_true(_truths(framework), _roles(framework))
        for place, name in enumerate(ROLES[:-1]):
            here = (has_bought & (role == place)).cast(nw.Int64).sum()
            sums.append(here.alias(f"{number} {name}"))
    counted = collect(today.select(*sums)).fillna(0).iloc[0]
    rows = [
        (label, words, role, int(counted["n_not_bought" if role == "not_bought" else f"{number} {role}"]))
        for number, (label, words) in enumerate((name, rule_words(own)) for name, own in rule_sets.items())
        for role in ROLES
    ]
    table = pd.DataFrame(rows, columns=["rule_set", "rule", "role", c.N_CUSTOMERS])
    return table.assign(**{c.SHARE: table[c.N_CUSTOMERS] / max(int(counted["n_known"]), 1)})


def role_changes(table: pd.DataFrame, now: str, before: str) -> pd.DataFrame:
    """People by role under one rule set of :func:`compare_rule_sets`, and against another: `role`, `n_customers`, `share`, `change`."""
    here, there = (table[table["rule_set"] == name].set_index("role") for name in (now, before))
    changed = here[[c.N_CUSTOMERS, c.SHARE]].assign(change=here[c.N_CUSTOMERS] - there[c.N_CUSTOMERS])
    return changed.reset_index()


def rule_words(framework: Framework) -> str:
    """Its limits of silence in one line: `at risk after 182, lapsed from 385 days`, or the usual gaps that come before them."""
    limits = [limit for limit in framework.limits.values() if limit.unit.startswith("days")]
    gaps = [
        float(test.value)
        for rule in framework.rules
        for test in (tests(rule.when) if rule.when is not None else ())
        if test.feature == "gap_ratio" and isinstance(test.value, float)
    ]
    if gaps:
        days = " / ".join(f"{limit.value:g}" for limit in sorted(limits, key=lambda limit: limit.value))
        return f"after {' / '.join(f'{times:g}' for times in sorted(gaps))} usual gaps, without one {days} days"
    words = [f"{limit.label[:1].lower()}{limit.label[1:]} {limit.value:g}" for limit in limits]
    return f"{', '.join(words)} days" if words else "by rules without a limit in days"


def _truths(framework: Framework) -> list[nw.Expr | None]:
    """Whether each rule holds; None where it always does."""
    return [None if rule.when is None else matches(rule.when, framework.limit_values) for rule in framework.rules]


def _roles(framework: Framework) -> list[int]:
    """Place of the role by rule index, as if all had bought; people whom no rule claims are active."""
    by_step = {LEAVING_STEP: ROLES.index("at_risk"), LOST_STEP: ROLES.index("lost")}
    roles = [by_step.get(framework.stage(rule.stage).colour_step, 0) for rule in framework.rules]
    return [*roles, ROLES.index("active")]


@dataclass(frozen=True)
class MovedLimit:
    """A framework with one limit moved by ``step`` (−.1: 10 % lower) to ``value``; ``framework`` is None where it may not be."""

    limit: str
    step: float
    value: float
    framework: Framework | None


def moved_limits(framework: Framework, steps: Sequence[float] = STEPS) -> Iterator[MovedLimit]:
    """Each limit moved by each step. Days, orders and events stay whole numbers.

    A step is not possible where it leaves the limit's range, or leaves nobody for a rule.
    """
    whole = _whole_limits(framework)
    for name, limit in framework.limits.items():
        for step in steps:
            value = limit.value * (1 + step)
            # halves go up, as a person rounds; the small addend mends products such as 45 × 1.1
            value = float(int(value + 0.5 + 1e-9)) if name in whole else round(value, 6)
            moved = framework.with_limits({name: value})
            is_sound = not any(issue.code in BY_LIMITS for issue in check_framework(moved, FEATURES))
            yield MovedLimit(name, step, value, moved if is_sound else None)


def _whole_limits(framework: Framework) -> set[str]:
    asked = [test for rule in framework.rules if rule.when is not None for test in tests(rule.when)]
    return {
        test.limit
        for test in asked
        if test.limit is not None and test.feature in FEATURES and FEATURES[test.feature].unit in WHOLE_UNITS
    }


def limit_sensitivity(today: Frame, framework: Framework, steps: Sequence[float] = STEPS) -> pd.DataFrame:
    """How many customers change stage when one limit moves and all else stays.

    Columns: `limit`, `label`, `step`, `value`, `n_customers` (missing where the step is not possible), `share` (of all known).
    """
    moves = list(moved_limits(framework, steps))
    truths, (here, *elsewhere) = _places([framework, *(move.framework or framework for move in moves)])
    changed = [
        (there != nw.col("place")).cast(nw.Int64).sum().alias(f"move {number}")
        for number, (move, there) in enumerate(zip(moves, elsewhere, strict=True))
        if move.framework is not None
    ]
    frame = today.select(**truths).with_columns(place=here)
    counted = collect(frame.select(nw.len().alias("n_known"), *changed)).fillna(0).iloc[0]
    rows = [
        (move.limit, framework.limits[move.limit].label, move.step, move.value, counted.get(f"move {number}"))
        for number, move in enumerate(moves)
    ]
    table = pd.DataFrame(rows, columns=["limit", "label", "step", "value", c.N_CUSTOMERS])
    table[c.N_CUSTOMERS] = table[c.N_CUSTOMERS].astype("Int64")
    table[c.SHARE] = table[c.N_CUSTOMERS].astype("Float64") / max(int(counted["n_known"]), 1)
    return table


def _places(variants: Sequence[Framework]) -> tuple[dict[str, nw.Expr], list[nw.Expr]]:
    """Each different condition as a column, and the place of the stage under each variant, read from those columns.

    Written out in every variant, the conditions would take longer to plan than to compute.
    """
    names: dict[tuple[object, ...], str] = {}
    columns: dict[str, nw.Expr] = {}
    places = []
    for variant in variants:
        limits, truths = variant.limit_values, list[nw.Expr | None]()
        for rule in variant.rules:
            if rule.when is None:
                truths.append(None)
                continue
            key = (rule.when, *(limits[test.limit] for test in tests(rule.when) if test.limit is not None))
            if key not in names:
                names[key] = f"truth {len(names)}"
                columns[names[key]] = matches(rule.when, limits)
            truths.append(nw.col(names[key]))
        places.append(first_true(truths, variant.place_of_rule))
    return columns, places
