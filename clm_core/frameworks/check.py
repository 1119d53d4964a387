"""Checks on a framework before use. Each looks for one kind of fault and returns issues; none raises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from clm_core import columns as c
from clm_core.conditions import Feature, misfits, tests
from clm_core.errors import Issue, did_you_mean
from clm_core.frameworks.model import Framework

Check = Callable[[Framework, Mapping[str, Feature]], Iterator[Issue]]


def _error(code: str, message: str) -> Issue:
    return Issue("error", code, message)


def unique_names(framework: Framework, features: Mapping[str, Feature]) -> Iterator[Issue]:
    """Stages and rules carry names of their own."""
    for sort, names in (("Stage", framework.stage_ids), ("Rule", [rule.id for rule in framework.rules])):
        for name, count in Counter(names).items():
            if count > 1:
                yield _error("duplicate_name", f"{sort} '{name}' is defined {count} times; give each its own id.")


def known_stages(framework: Framework, features: Mapping[str, Feature]) -> Iterator[Issue]:
    """Each rule leads to a stage that exists, and none to `unassigned`."""
    for rule in framework.rules:
        if rule.stage == c.UNASSIGNED or rule.stage not in framework.stage_ids:
            hint = did_you_mean(rule.stage, framework.stage_ids)
            allowed = ", ".join(framework.stage_ids)
            yield _error("unknown_stage", f"Rule '{rule.id}' leads to '{rule.stage}'; stages are {allowed}.{hint}")


def known_features(framework: Framework, features: Mapping[str, Feature]) -> Iterator[Issue]:
    """Each test reads a known feature with an operator and a value that fit it."""
    for rule in framework.rules:
        if rule.when is not None:
            yield from misfits(rule.when, features, f"Rule '{rule.id}'")


def known_limits(framework: Framework, features: Mapping[str, Feature]) -> Iterator[Issue]:
    """Each limit that a test names exists, and lies inside its own range."""
    for rule in framework.rules:
        for test in tests(rule.when) if rule.when else ():
            if test.limit is not None and test.limit not in framework.limits:
                hint = did_you_mean(test.limit, list(framework.limits))
                yield _error("unknown_limit", f"Rule '{rule.id}' names the limit '{test.limit}'.{hint}")
    for name, limit in framework.limits.items():
        if not limit.least <= limit.value <= limit.most:
            yield _error(
                "limit_out_of_range",
                f"Limit '{name}' is {limit.value:g}; allowed is {limit.least:g} to {limit.most:g} {limit.unit}.",
            )


def rising_limits(framework: Framework, features: Mapping[str, Feature]) -> Iterator[Issue]:
    """The limit of leaving lies below the limit of being lost."""
    values = framework.limit_values
    if "at_risk_days" in values and "lost_days" in values and values["at_risk_days"] >= values["lost_days"]:
        yield _error(
            "limits_overlap",
            f"At risk starts at {values['at_risk_days']:g} days and lost at {values['lost_days']:g}: "
            "nobody could be at risk. Set 'at risk' below 'lost'.",
        )


def one_catch_all(framework: Framework, features: Mapping[str, Feature]) -> Iterator[Issue]:
    """Exactly the last rule has no condition, so that everyone is claimed and no rule is dead."""
    if framework.rules[-1].when is not None:
        yield _error("no_catch_all", "The last rule has a condition, so some people would be in no stage.")
    for rule in framework.rules[:-1]:
        if rule.when is None:
            yield _error("dead_rules", f"Rule '{rule.id}' claims everyone, so no rule after it is ever asked.")


def reachable_stages(framework: Framework, features: Mapping[str, Feature]) -> Iterator[Issue]:
    """Each stage has at least one rule that leads to it."""
    led_to = {rule.stage for rule in framework.rules}
    for stage in framework.stages:
        if stage.id not in led_to:
            yield _error("unreachable_stage", f"No rule leads to stage '{stage.name}'.")


CHECKS: tuple[Check, ...] = (
    unique_names,
    known_stages,
    known_features,
    known_limits,
    rising_limits,
    one_catch_all,
    reachable_stages,
)


def check_framework(framework: Framework, features: Mapping[str, Feature]) -> list[Issue]:
    """Every fault of a framework, in the order of :data:`CHECKS`; an empty list means it may be used."""
    return [issue for check in CHECKS for issue in check(framework, features)]
