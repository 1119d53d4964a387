"""Checks on a framework before use. Each looks for one kind of fault and returns issues with their place; none raises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from clm_core import columns as c
from clm_core.conditions import Feature, Test, misfits, tests
from clm_core.errors import DefinitionError, Issue, did_you_mean
from clm_core.frameworks.model import Framework, Limit, Rule
from clm_core.frameworks.reach import DeadRule, can_be, dead_rules
from clm_core.wording import count

Check = Callable[[Framework, Mapping[str, Feature]], Iterator[Issue]]


def _error(code: str, message: str, place: str) -> Issue:
    return Issue("error", code, message, place=place)


def unique_names(framework: Framework, features: Mapping[str, Feature]) -> Iterator[Issue]:
    """Stages, rules and limits carry names of their own, for the computer and for people."""
    ids = {"Stage": framework.stage_ids, "Rule": [rule.id for rule in framework.rules]}
    for sort, names in ids.items():
        for name, n in Counter(names).items():
            if n > 1:
                message = f"{sort} '{name}' is defined {n} times; give each its own id."
                yield _error("duplicate_name", message, f"{sort.lower()}s.{name}")
    shown = {
        "stages": {stage.id: stage.name for stage in framework.stages},
        "limits": {name: limit.label for name, limit in framework.limits.items()},
    }
    for sort, labels in shown.items():
        first: dict[str, str] = {}
        for name, label in labels.items():
            if first.setdefault(label.strip().lower(), name) != name:
                message = f"Two {sort} are called '{label}'; give each a name of its own."
                yield _error("duplicate_name", message, f"{sort}.{name}")


def known_stages(framework: Framework, features: Mapping[str, Feature]) -> Iterator[Issue]:
    """Each rule leads to a stage that exists, and none to `unassigned`."""
    for rule in framework.rules:
        if rule.stage == c.UNASSIGNED or rule.stage not in framework.stage_ids:
            hint = did_you_mean(rule.stage, framework.stage_ids)
            allowed = ", ".join(framework.stage_ids)
            message = f"Rule '{rule.id}' leads to '{rule.stage}'; stages are {allowed}.{hint}"
            yield _error("unknown_stage", message, f"rules.{rule.id}")


def known_features(framework: Framework, features: Mapping[str, Feature]) -> Iterator[Issue]:
    """Each test reads a known feature with an operator and a value that fit it."""
    for rule in framework.rules:
        if rule.when is not None:
            yield from misfits(rule.when, features, f"Rule '{rule.id}'", f"rules.{rule.id}")


def known_limits(framework: Framework, features: Mapping[str, Feature]) -> Iterator[Issue]:
    """Each limit that a test names exists, has a range, and lies inside it."""
    for rule in framework.rules:
        for test in tests(rule.when) if rule.when else ():
            if test.limit is not None and test.limit not in framework.limits:
                hint = did_you_mean(test.limit, list(framework.limits))
                message = f"Rule '{rule.id}' names the limit '{test.limit}', which is not defined.{hint}"
                yield _error("unknown_limit", message, f"rules.{rule.id}")
    for name, limit in framework.limits.items():
        if limit.least >= limit.most:
            message = (
                f"Limit '{name}' ranges from {limit.least:g} to {limit.most:g}; the first must be the smaller one."
            )
            yield _error("limit_without_range", message, f"limits.{name}")
        elif not _is_inside(limit):
            message = f"Limit '{name}' is {limit.value:g}; allowed is {limit.least:g} to {limit.most:g} {limit.unit}."
            yield _error("limit_out_of_range", message, f"limits.{name}")


def _is_inside(limit: Limit) -> bool:
    return limit.least <= limit.value <= limit.most


def one_catch_all(framework: Framework, features: Mapping[str, Feature]) -> Iterator[Issue]:
    """The last rule has no condition, so that everyone is claimed."""
    last = framework.rules[-1]
    if last.when is not None:
        message = "The last rule has a condition, so some people would be in no stage."
        yield _error("no_catch_all", message, f"rules.{last.id}")


def led_to(framework: Framework, features: Mapping[str, Feature]) -> Iterator[Issue]:
    """Each stage has at least one rule that leads to it."""
    stages = {rule.stage for rule in framework.rules}
    for stage in framework.stages:
        if stage.id not in stages:
            yield _error("unreachable_stage", f"No rule leads to stage '{stage.name}'.", f"stages.{stage.id}")


def live_rules(framework: Framework, features: Mapping[str, Feature]) -> Iterator[Issue]:
    """Each rule can decide for someone: its condition can hold, and no earlier rule claims the same people first."""
    # a limit or stage with a fault of its own is told once, not also through the rules that name it
    limits = {name: limit.value for name, limit in framework.limits.items() if _is_inside(limit)}
    conditions = [rule.when for rule in framework.rules]
    dead = list(dead_rules(conditions, limits, features))
    alive = {rule.stage for i, rule in enumerate(framework.rules) if i not in {rule.index for rule in dead}}
    told: set[int] = set()
    for found in dead:
        rule, claimer = framework.rules[found.index], found.claimed_by
        if claimer is not None and not can_be(None, (conditions[claimer],), limits, features):
            if claimer not in told:
                message = f"Rule '{framework.rules[claimer].id}' claims everyone, so no rule after it is ever asked."
                yield _error("dead_rules", message, f"rules.{framework.rules[claimer].id}")
            told.add(claimer)
        elif rule.when is not None:
            yield _why_dead(framework, rule, found)
        elif rule.stage not in alive:
            message = f"Nobody is left for rule '{rule.id}': the rules before it claim everyone between them."
            yield _error("shadowed_rule", message, f"rules.{rule.id}")


def _why_dead(framework: Framework, rule: Rule, found: DeadRule) -> Issue:
    place = f"rules.{rule.id}"
    if found.is_impossible:
        return _error(
            "impossible_rule", f"Rule '{rule.id}' can hold for nobody: its conditions exclude each other.", place
        )
    if found.claimed_by is None:
        message = f"Rule '{rule.id}' is never asked: the rules before it claim its people between them."
        return _error("shadowed_rule", message, place)
    claimer = framework.rules[found.claimed_by]
    if pair := _overlapping(rule, claimer):
        own, other = framework.limits[pair[0]], framework.limits[pair[1]]
        stage = next((stage.name for stage in framework.stages if stage.id == rule.stage), rule.stage)
        message = (
            f"'{own.label}' is {own.value:g} and '{other.label}' is {other.value:g} {other.unit}: nobody could be in "
            f"'{stage}'. Set '{own.label}' {pair[2]} '{other.label}'."
        )
        return _error("limits_overlap", message, f"limits.{pair[0]}")
    message = f"Rule '{rule.id}' is never asked: rule '{claimer.id}' before it claims everyone it describes."
    return _error("shadowed_rule", message, place)


def _overlapping(rule: Rule, claimer: Rule) -> tuple[str, str, str] | None:
    """The two limits, and how they should lie, when one feature compared with both is what shadows the rule."""
    for own in _limit_tests(rule):
        for other in _limit_tests(claimer):
            is_same_side = own.op[0] == other.op[0] and own.op[0] in "<>"
            if own.feature == other.feature and own.limit != other.limit and is_same_side:
                return str(own.limit), str(other.limit), "below" if own.op[0] == ">" else "above"
    return None


def _limit_tests(rule: Rule) -> list[Test]:
    return [test for test in tests(rule.when) if test.limit is not None] if rule.when else []


BY_LIMITS = ("limit_out_of_range", "limits_overlap", "shadowed_rule", "impossible_rule")
"""Codes of the faults that a sound framework gets when nothing but its limits is moved."""
CHECKS: tuple[Check, ...] = (
    unique_names,
    known_stages,
    known_features,
    known_limits,
    one_catch_all,
    led_to,
    live_rules,
)


def check_framework(framework: Framework, features: Mapping[str, Feature]) -> list[Issue]:
    """Every fault of a framework, in the order of :data:`CHECKS`; an empty list means it may be used."""
    return [issue for check in CHECKS for issue in check(framework, features)]


def require_sound(
    framework: Framework, features: Mapping[str, Feature], where: str, *, before_reading: bool = False
) -> None:
    """Raise DefinitionError with every fault of :func:`check_framework`, if there is one.

    ``before_reading`` lets features pass that are not known: they may be columns of a customers file that was not read yet.
    """
    faults = [
        fault
        for fault in check_framework(framework, features)
        if not (before_reading and fault.code == "unknown_feature")
    ]
    if faults:
        others = "; ".join(fault.message for fault in faults[1:])
        raise DefinitionError(
            faults[0].message,
            where=f"{where}, {faults[0].place}",
            found=count(len(faults), "fault") + (f", also: {others}" if others else ""),
            next_step="Change the rule, stage or limit that is named.",
        )
