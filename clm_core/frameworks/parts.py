"""A condition as parts that a person can edit one at a time. A part is named by its path: places in nested groups, () the whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from clm_core.conditions import OPERATORS, All, AnyOf, Condition, Feature, Not, Operator, Test

Path = tuple[int, ...]
JoinedBy = Literal["all", "any"]


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """The parts of a group; nothing for a test or a negation."""
    match condition:
        case All():
            return condition.all
        case AnyOf():
            return condition.any
        case _:
            return ()


def joined_by(condition: Condition) -> JoinedBy:
    """Whether all parts must hold, or any; a lone test counts as all."""
    return "any" if isinstance(condition, AnyOf) else "all"


def group(joined: JoinedBy, parts: Sequence[Condition]) -> Condition:
    """Parts as one condition; a single part stays what it is."""
    if len(parts) == 1:
        return parts[0]
    return All(all=tuple(parts)) if joined == "all" else AnyOf(any=tuple(parts))


def is_editable(condition: Condition, depth: int = 2) -> bool:
    """Whether rows can show it: tests in a group, or in groups within one group. Negations and deeper nests are told as a sentence."""
    if isinstance(condition, Test):
        return True
    if isinstance(condition, Not) or depth == 0:
        return False
    return all(is_editable(part, depth - 1) for part in parts_of(condition))


def put_part(condition: Condition, path: Path, part: Condition | None) -> Condition | None:
    """The condition with one part replaced, or removed when None is given; None when nothing is left."""
    if not path:
        return part
    place, *rest = path
    parts = list(parts_of(condition))
    changed = put_part(parts[place], tuple(rest), part)
    parts[place : place + 1] = [] if changed is None else [changed]
    return group(joined_by(condition), parts) if parts else None


def part_at(condition: Condition, path: Path) -> Condition:
    """The part at a path."""
    for place in path:
        condition = parts_of(condition)[place]
    return condition


def add_part(condition: Condition, path: Path, part: Condition) -> Condition:
    """The condition with a part added to the group at a path; beside a lone test both must hold."""
    here = part_at(condition, path)
    grown = group(joined_by(here), [*(parts_of(here) or (here,)), part])
    return put_part(condition, path, grown) or grown


def rejoin(condition: Condition, path: Path, joined: JoinedBy) -> Condition:
    """The condition whose group at a path asks for all of its parts, or any."""
    regrouped = group(joined, parts_of(part_at(condition, path)))
    return put_part(condition, path, regrouped) or regrouped


def map_tests(condition: Condition, change: Callable[[Test], Test]) -> Condition:
    """The condition with every test changed, its nesting kept."""
    match condition:
        case Test():
            return change(condition)
        case Not():
            return condition.model_copy(update={"part": map_tests(condition.part, change)})
        case All():
            return All(all=tuple(map_tests(part, change) for part in condition.all))
        case AnyOf():
            return AnyOf(any=tuple(map_tests(part, change) for part in condition.any))


def first_test(feature: Feature) -> Test:
    """A test to begin with. Text has no value to begin with, which the check tells until one is chosen."""
    if feature.kind == "text":
        return Test(feature=feature.name, op="==", value="")
    return Test(feature=feature.name, op=">=", value={"share": 0.5, "money": 100.0}.get(feature.unit, 1.0))


def with_feature(test: Test, feature: Feature, features: Mapping[str, Feature]) -> Test:
    """The test about another feature: operator and value stay where they mean the same there."""
    before = features.get(test.feature)
    is_alike = before is not None and (before.kind, before.unit) == (feature.kind, feature.unit)
    return test.model_copy(update={"feature": feature.name}) if is_alike else first_test(feature)


def with_operator(test: Test, op: Operator, feature: Feature) -> Test:
    """The test with another operator: the right side stays where it fits, else becomes the first there is."""
    if op in ("missing", "present"):
        return Test(feature=test.feature, op=op)
    if test.limit is not None and feature.kind == "number":
        return Test(feature=test.feature, op=op, limit=test.limit)
    value = test.value if test.limit is None and test.value is not None else first_test(feature).value
    if op == "in":
        value = value if isinstance(value, tuple) else tuple(word for word in (str(value),) if word)
    elif isinstance(value, tuple):
        value = next(iter(value), "")
    return Test(feature=test.feature, op=op, value=value)


def operators_of(feature: Feature) -> tuple[Operator, ...]:
    """The operators that fit a feature; a number that nobody lacks is not asked for being missing."""
    absent = ("missing", "present") if feature.is_always_known else ()
    return tuple(op for op in OPERATORS[feature.kind] if op not in absent)
