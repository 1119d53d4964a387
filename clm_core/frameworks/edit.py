"""Edits of a framework. Each gives a new value and mends nothing silently: what is wrong with it, `check_framework` tells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Any, TypeVar

from clm_core.conditions import Condition, Test, tests
from clm_core.frameworks.load import is_shipped, load_framework
from clm_core.frameworks.model import Framework, Limit, Rule, Stage
from clm_core.frameworks.parts import map_tests

Thing = TypeVar("Thing")
FIRST_TEST = Test(feature="n_orders", op=">=", value=10.0)
"""What a new rule asks for: so many orders that it takes few people from the rules after it."""


def owned(framework: Framework) -> Framework:
    """The framework under a name of its own, where it carries the id of a shipped one and differs by more than limits' values."""
    shipped = load_framework(framework.id) if is_shipped(framework.id) else None
    if shipped is None or framework.with_limits(shipped.limit_values) == shipped:
        return framework
    name = framework.name if framework.name != shipped.name else f"{shipped.name}, changed"
    return framework.model_copy(update={"id": f"{framework.id}_changed", "name": name})


def unique_id(text: str, taken: Collection[str]) -> str:
    """An id made from words: lower case, numbered where it is taken."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    stem = stem if stem[:1].isalpha() else f"n_{stem}".rstrip("_")
    numbered = (stem if number == 1 else f"{stem}_{number}" for number in range(1, len(taken) + 2))
    return next(name for name in numbered if name not in taken)


def _moved(things: tuple[Thing, ...], place: int, by: int) -> tuple[Thing, ...]:
    listed = list(things)
    listed.insert(min(max(place + by, 0), len(listed) - 1), listed.pop(place))
    return tuple(listed)


def _changed(framework: Framework, **update: Any) -> Framework:
    return framework.model_copy(update=update)


# rules, by their place in the order asked


def add_rule(framework: Framework, stage_id: str) -> Framework:
    """A rule that leads to a stage, asked before all others."""
    rule_id = unique_id(f"{stage_id} rule", [rule.id for rule in framework.rules])
    rule = Rule(id=rule_id, stage=stage_id, when=FIRST_TEST)
    return _changed(framework, rules=(rule, *framework.rules))


def lead_to(framework: Framework, place: int, stage_id: str) -> Framework:
    """The rule leads to another stage."""
    return _put_rule(framework, place, framework.rules[place].model_copy(update={"stage": stage_id}))


def put_condition(framework: Framework, place: int, when: Condition | None) -> Framework:
    """The rule has another condition; None claims everyone."""
    return _put_rule(framework, place, framework.rules[place].model_copy(update={"when": when}))


def _put_rule(framework: Framework, place: int, rule: Rule) -> Framework:
    return _changed(framework, rules=(*framework.rules[:place], rule, *framework.rules[place + 1 :]))


def remove_rule(framework: Framework, place: int) -> Framework:
    """The framework without a rule; the last one stays, because a framework has at least one."""
    left = framework.rules[:place] + framework.rules[place + 1 :]
    return _changed(framework, rules=left or framework.rules)


def move_rule(framework: Framework, place: int, by: int) -> Framework:
    """The rule is asked earlier (−1) or later (1)."""
    return _changed(framework, rules=_moved(framework.rules, place, by))


# stages


def add_stage(framework: Framework, name: str) -> Framework:
    """A stage at the end of the path, to which no rule leads yet."""
    stage = Stage(id=unique_id(name, framework.stage_ids), name=name[:40], colour_step=6)
    n_path = sum(stage.kind == "path" for stage in framework.stages)
    return _changed(framework, stages=(*framework.stages[:n_path], stage, *framework.stages[n_path:]))


def change_stage(framework: Framework, stage_id: str, **update: Any) -> Framework:
    """A stage with another name, meaning, goal, colour or kind; its id stays, so rules and results still find it."""
    stages = tuple(
        Stage.model_validate({**stage.model_dump(), **update}) if stage.id == stage_id else stage
        for stage in framework.stages
    )
    return _changed(framework, stages=stages)


def move_stage(framework: Framework, stage_id: str, by: int) -> Framework:
    """The stage comes earlier (−1) or later (1) in the lifecycle."""
    return _changed(framework, stages=_moved(framework.stages, framework.stage_ids.index(stage_id), by))


def remove_stage(framework: Framework, stage_id: str) -> Framework:
    """The framework without a stage and the rules that led to it; everyone else then goes to the first stage left.

    Two stages stay: fewer tell nothing apart.
    """
    stages = tuple(stage for stage in framework.stages if stage.id != stage_id)
    if len(stages) < 2:
        return framework
    rules = tuple(
        rule.model_copy(update={"stage": stages[0].id}) if rule.stage == stage_id else rule
        for rule in framework.rules
        if rule.stage != stage_id or rule.when is None
    )
    return _changed(framework, stages=stages, rules=rules or (Rule(id="everyone_else", stage=stages[0].id),))


def with_stages_of(framework: Framework, other: Framework) -> Framework:
    """The framework with the stages that only the other has at its end, so that one chart can show both."""
    extra = tuple(stage for stage in other.stages if stage.id not in framework.stage_ids)
    return _changed(framework, stages=(*framework.stages, *extra))


# limits


def add_limit(framework: Framework, label: str, unit: str = "days") -> Framework:
    """A limit that no rule names yet."""
    limit = Limit(label=label, value=30.0 if unit == "days" else 1.0, unit=unit)
    return _changed(framework, limits={**framework.limits, unique_id(label, framework.limits): limit})


def change_limit(framework: Framework, name: str, **update: Any) -> Framework:
    """A limit with another value, label, unit or range."""
    limit = Limit.model_validate({**framework.limits[name].model_dump(), **update})
    return _changed(framework, limits={**framework.limits, name: limit})


def remove_limit(framework: Framework, name: str) -> Framework:
    """The framework without a limit; tests that named it compare with its number from now on, so nobody moves."""
    value = framework.limits[name].value

    def settled(test: Test) -> Test:
        return test.model_copy(update={"limit": None, "value": value}) if test.limit == name else test

    rules = tuple(
        rule if rule.when is None else rule.model_copy(update={"when": map_tests(rule.when, settled)})
        for rule in framework.rules
    )
    return _changed(framework, rules=rules, limits={n: limit for n, limit in framework.limits.items() if n != name})


def rules_using(framework: Framework, name: str) -> list[Rule]:
    """The rules that name a limit."""
    return [rule for rule in framework.rules if rule.when and name in {test.limit for test in tests(rule.when)}]
