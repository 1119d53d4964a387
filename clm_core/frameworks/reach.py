"""Which rules can decide for anyone: proofs over every combination of what a customer can be.

The values of a feature fall into cells between the numbers and words that rules compare it with; inside a cell no rule tells two
customers apart, so one value stands for all of it. A rule that no combination of such values reaches is reached by no customer.
Features count as independent of each other, which allows more customers than there can be: what is said to be dead is proven,
and a rule that is dead only because of what its features mean is not found.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from clm_core.conditions import All, AnyOf, Condition, Feature, Not, Test, misfit, right_side, tests

Value = float | str | None
"""What a feature can be for one customer; None is missing."""

MOST_STEPS = 5_000
"""Combinations looked at before a rule is left alone; the shipped definitions need some hundreds."""
_OTHER_WORD = "\x00"
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
    "in": lambda value, words: value in words,
}


@dataclass(frozen=True)
class DeadRule:
    """A rule that can decide for nobody: by itself, because one earlier rule claims its people, or because several do."""

    index: int
    is_impossible: bool
    claimed_by: int | None


def dead_rules(
    conditions: Sequence[Condition | None], limits: Mapping[str, float], features: Mapping[str, Feature]
) -> Iterator[DeadRule]:
    """Rules that can never decide, in the order asked. A test of an unknown feature or limit may turn out either way."""
    for index, wanted in enumerate(conditions):
        earlier = conditions[:index]
        if can_be(wanted, earlier, limits, features):
            continue
        is_impossible = not can_be(wanted, (), limits, features)
        culprits = (j for j, other in enumerate(earlier) if not can_be(wanted, (other,), limits, features))
        yield DeadRule(index, is_impossible, None if is_impossible else next(culprits, None))


def can_be(
    wanted: Condition | None,
    barred: Sequence[Condition | None],
    limits: Mapping[str, float],
    features: Mapping[str, Feature],
) -> bool:
    """Whether someone could satisfy ``wanted`` and none of ``barred`` (None always holds); True also when left undecided."""
    asked = [condition for condition in (wanted, *barred) if condition is not None]
    cells = _cells([test for condition in asked for test in tests(condition)], limits, features)
    steps = iter(range(MOST_STEPS))

    def search(known: dict[str, Value], open_features: Sequence[str]) -> bool:
        if next(steps, None) is None:
            return True
        if holds(wanted, known, limits) is False or any(holds(other, known, limits) for other in barred):
            return False
        if not open_features:
            return True
        name, *rest = open_features
        return any(search({**known, name: value}, rest) for value in cells[name])

    return search({}, list(cells))


def holds(condition: Condition | None, known: Mapping[str, Value], limits: Mapping[str, float]) -> bool | None:
    """Whether a condition holds for a customer of whom ``known`` is known; None when that does not settle it."""
    match condition:
        case None:
            return True
        case Test():
            return _holds(condition, known, limits)
        case Not():
            truth = holds(condition.part, known, limits)
            return None if truth is None else not truth
        case All():
            truths = [holds(part, known, limits) for part in condition.all]
            return False if False in truths else None if None in truths else True
        case AnyOf():
            truths = [holds(part, known, limits) for part in condition.any]
            return True if True in truths else None if None in truths else False


def _holds(test: Test, known: Mapping[str, Value], limits: Mapping[str, float]) -> bool | None:
    if test.feature not in known or (test.limit is not None and test.limit not in limits):
        return None
    value, other = known[test.feature], right_side(test, limits)
    if test.op in ("missing", "present"):
        return (value is None) == (test.op == "missing")
    return value is not None and _COMPARE[test.op](value, other)


def _cells(
    asked: Sequence[Test], limits: Mapping[str, float], features: Mapping[str, Feature]
) -> dict[str, list[Value]]:
    """For each feature, in the order asked, one value of each cell. Features of a test that cannot be asked are left out."""
    compared: dict[str, list[Any]] = {}
    for test in asked:
        others = compared.setdefault(test.feature, [])
        if test.op not in ("missing", "present") and (test.limit is None or test.limit in limits):
            other = right_side(test, limits)
            others += other if isinstance(other, tuple) else [other]
    unfit = {test.feature for test in asked if any(misfit(test, features))}
    return {name: _values(features[name], others) for name, others in compared.items() if name not in unfit}


def _values(feature: Feature, others: Sequence[Any]) -> list[Value]:
    missing: list[Value] = [] if feature.is_always_known else [None]
    if feature.kind == "text":
        return [*sorted(set(others)), _OTHER_WORD, *missing]
    least, most = feature.bounds
    edges = sorted({-math.inf, math.inf, *others})
    found = [value for edge, after in pairwise(edges) for value in (edge, _between(edge, after))]
    if feature.is_whole:
        found = [math.ceil(value) if math.isfinite(value) else value for value in found]
    kept = {float(value) for value in [*found, least, most] if math.isfinite(value) and least <= value <= most}
    return [*sorted(kept), *missing]


def _between(low: float, high: float) -> float:
    """A number between two others: the next whole one where there is room for it."""
    if math.isinf(low):
        return 0.0 if math.isinf(high) else high - 1
    return low + 1 if math.isinf(high) or low + 1 < high else (low + high) / 2
