"""Rules as data: feature – operator – value under all / any / not.

One definition serves every use: an expression for any engine (:func:`matches`), an answer for rows at hand (:func:`decide`), a
sentence for people (:func:`sentence`), and the list of features it reads (:func:`features_used`). A missing feature value never
satisfies a test.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from clm_core.errors import Issue, did_you_mean

Kind = Literal["number", "text"]
Operator = Literal[">=", ">", "<=", "<", "==", "!=", "in", "missing", "present"]

WORDS: dict[str, str] = {
    ">=": "at least",
    ">": "more than",
    "<=": "at most",
    "<": "less than",
    "==": "exactly",
    "!=": "anything but",
    "in": "one of",
    "missing": "no",
    "present": "any",
}
OPERATORS: dict[Kind, tuple[Operator, ...]] = {
    "number": (">=", ">", "<=", "<", "==", "!=", "missing", "present"),
    "text": ("==", "!=", "in", "missing", "present"),
}


@dataclass(frozen=True)
class Feature:
    """One thing known of a customer at a day: its name, how a sentence says it, its unit and what it needs.

    ``label`` follows a number other than one ("2 orders"), ``singular`` follows one ("1 order"). ``is_whole`` numbers have no
    fractions; a feature that ``is_always_known`` is missing for nobody.
    """

    name: str
    label: str
    kind: Kind = "number"
    singular: str = ""
    unit: str = ""
    needs: Literal["orders", "amounts", "discounts", "events", "customers"] = "orders"
    description: str = ""
    is_whole: bool = False
    is_always_known: bool = False

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and most that the number can be. Money may be negative: refunds are netted."""
        return _BOUNDS.get(self.unit, (-math.inf, math.inf))


_BOUNDS = {
    "orders": (0.0, math.inf),
    "events": (0.0, math.inf),
    "days": (0.0, math.inf),
    "times": (0.0, math.inf),
    "share": (0.0, 1.0),
}


class _Frozen(BaseModel):
    # NaN has no place in an order, and engines place it differently
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Test(_Frozen):
    """One comparison. The number is given as ``value``, or as the name of a framework's ``limit``."""

    __test__ = False  # pytest collects classes called Test*

    feature: str
    op: Operator
    value: float | str | tuple[str, ...] | None = None
    limit: str | None = None

    @model_validator(mode="after")
    def _one_right_side(self) -> Test:
        given = (self.value is not None) + (self.limit is not None)
        if given != (0 if self.op in ("missing", "present") else 1):
            raise ValueError(f"'{self.feature} {self.op}' takes a value or a limit, and only one of them")
        return self


class All(_Frozen):
    """Every part holds."""

    all: tuple[Condition, ...] = Field(min_length=1)


class AnyOf(_Frozen):
    """At least one part holds."""

    any: tuple[Condition, ...] = Field(min_length=1)


class Not(_Frozen):
    """The part does not hold."""

    model_config = ConfigDict(populate_by_name=True)

    part: Condition = Field(alias="not")


Condition = Test | All | AnyOf | Not
for _model in (All, AnyOf, Not):
    _model.model_rebuild()


def tests(condition: Condition) -> Iterator[Test]:
    """Every comparison of a condition, left to right."""
    match condition:
        case Test():
            yield condition
        case Not():
            yield from tests(condition.part)
        case All():
            for part in condition.all:
                yield from tests(part)
        case AnyOf():
            for part in condition.any:
                yield from tests(part)


def features_used(condition: Condition) -> set[str]:
    """The names of the features a condition reads."""
    return {test.feature for test in tests(condition)}


def misfits(condition: Condition, features: Mapping[str, Feature], owner: str, place: str = "") -> Iterator[Issue]:
    """Every comparison that cannot be asked: no such feature, or an operator or value that does not fit its kind or range."""
    for test in tests(condition):
        code, found = misfit(test, features)
        if code:
            yield Issue("error", code, f"{owner}{found}", place=place)


def misfit(test: Test, features: Mapping[str, Feature]) -> tuple[str, str]:
    """Code and words of what keeps a comparison from being asked; empty where nothing does."""
    feature = features.get(test.feature)
    if feature is None:
        hint = did_you_mean(test.feature, list(features))
        return "unknown_feature", f" reads '{test.feature}', which is no feature.{hint}"
    if test.op not in OPERATORS[feature.kind]:
        allowed = ", ".join(OPERATORS[feature.kind])
        return "wrong_operator", f": '{test.op}' does not fit {feature.kind} '{test.feature}'; use {allowed}."
    if not _value_fits(test, feature):
        found = f"limit '{test.limit}'" if test.limit is not None else repr(test.value)
        wanted = "a number" if feature.kind == "number" else "a list of texts" if test.op == "in" else "a text"
        return "wrong_value", f": '{test.feature} {test.op}' takes {wanted}, found {found}."
    least, most = feature.bounds
    if isinstance(test.value, float) and not least <= test.value <= most:
        allowed = f"from {least:g} to {most:g}" if most < math.inf else f"{least:g} or more"
        return "value_out_of_range", f": '{test.feature}' is always {allowed}, found {test.value:g}."
    return "", ""


def _value_fits(test: Test, feature: Feature) -> bool:
    if test.op in ("missing", "present"):
        return True
    if feature.kind == "number":
        return test.limit is not None or isinstance(test.value, float)
    return isinstance(test.value, tuple if test.op == "in" else str) and bool(test.value)


def matches(condition: Condition, limits: Mapping[str, float], prefix: str = "") -> nw.Expr:
    """A boolean expression, never null, over columns named ``prefix`` + feature."""
    match condition:
        case Test():
            return _compare(condition, limits, prefix)
        case Not():
            return ~matches(condition.part, limits, prefix)
        case All():
            return nw.all_horizontal(*[matches(part, limits, prefix) for part in condition.all], ignore_nulls=False)
        case AnyOf():
            return nw.any_horizontal(*[matches(part, limits, prefix) for part in condition.any], ignore_nulls=False)


def first_match(conditions: Sequence[Condition | None], limits: Mapping[str, float], prefix: str = "") -> nw.Expr:
    """The index of the first condition that holds (None always does), or the number of conditions when none does."""
    truths = [None if condition is None else matches(condition, limits, prefix) for condition in conditions]
    return first_true(truths, range(len(conditions) + 1))


def first_true(truths: Sequence[nw.Expr | None], numbers: Sequence[int]) -> nw.Expr:
    """The number of the first truth that holds (None always does), or the last of ``numbers``, one more, when none does."""
    number: nw.Expr = nw.lit(numbers[-1], nw.Int32)
    for truth, own in zip(truths[::-1], numbers[-2::-1], strict=True):
        here = nw.lit(own, nw.Int32)
        number = here if truth is None else nw.when(truth).then(here).otherwise(number)
    return number


def right_side(test: Test, limits: Mapping[str, float]) -> Any:
    """The value a test compares with: its own, or the limit it names."""
    return test.value if test.limit is None else limits[test.limit]


def decide(
    conditions: Sequence[Condition | None], limits: Mapping[str, float], cells: Mapping[str, NDArray[Any]], n_rows: int
) -> NDArray[np.int16]:
    """What :func:`first_match` says, of rows at hand: numbers with NaN and texts with None for a missing value, by feature.

    They are asked in less time than an engine takes to read the expression.
    """
    decided = np.full(n_rows, len(conditions), np.int16)
    for number, condition in reversed(list(enumerate(conditions))):
        decided[slice(None) if condition is None else _holds(condition, limits, cells)] = number
    return decided


def _holds(condition: Condition, limits: Mapping[str, float], cells: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
    match condition:
        case Test():
            return _ask(condition, limits, cells[condition.feature])
        case Not():
            return ~_holds(condition.part, limits, cells)
        case All():
            every: NDArray[np.bool_] = np.logical_and.reduce([_holds(part, limits, cells) for part in condition.all])
            return every
        case AnyOf():
            one: NDArray[np.bool_] = np.logical_or.reduce([_holds(part, limits, cells) for part in condition.any])
            return one


_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    ">=": np.greater_equal,
    ">": np.greater,
    "<=": np.less_equal,
    "<": np.less,
    "==": np.equal,
}


def _ask(test: Test, limits: Mapping[str, float], cells: NDArray[Any]) -> NDArray[np.bool_]:
    value = right_side(test, limits)
    is_known = cells == cells if cells.dtype.kind == "f" else cells != np.array(None)
    if test.op == "missing":
        held = ~is_known
    elif test.op == "present":
        held = is_known
    elif test.op == "in":
        held = np.isin(cells.astype(str), list(value)) & is_known
    elif test.op == "!=":
        held = (cells != value) & is_known
    else:
        held = _COMPARED[test.op](cells, value)
    asked: NDArray[np.bool_] = held.astype(bool)
    return asked


def _compare(test: Test, limits: Mapping[str, float], prefix: str) -> nw.Expr:
    column, value = nw.col(prefix + test.feature), right_side(test, limits)
    match test.op:
        case "missing":
            return column.is_null()
        case "present":
            return ~column.is_null()
        case "in":
            held = column.is_in(list(value))
        case ">=":
            held = column >= value
        case ">":
            held = column > value
        case "<=":
            held = column <= value
        case "<":
            held = column < value
        case "==":
            held = column == value
        case "!=":
            held = column != value
    # a missing value satisfies no test, also under `not`, and the same on every engine
    return held.fill_null(False)


def sentence(condition: Condition, limits: Mapping[str, float], features: Mapping[str, Feature]) -> str:
    """The condition in words, e.g. ``at least 4 orders and at most 180 days since the last order``."""
    match condition:
        case Test():
            return _phrase(condition, limits, features)
        case Not():
            return f"not ({sentence(condition.part, limits, features)})"
        case All():
            return " and ".join(_grouped(part, AnyOf, limits, features) for part in condition.all)
        case AnyOf():
            return " or ".join(_grouped(part, All, limits, features) for part in condition.any)


def _grouped(
    part: Condition, other: type[All | AnyOf], limits: Mapping[str, float], features: Mapping[str, Feature]
) -> str:
    # people do not agree whether "and" binds before "or", so a mixture always shows its brackets
    words = sentence(part, limits, features)
    return f"({words})" if isinstance(part, other) else words


def _phrase(test: Test, limits: Mapping[str, float], features: Mapping[str, Feature]) -> str:
    feature = features.get(test.feature, Feature(test.feature, test.feature))
    if test.op in ("missing", "present"):
        return f"{WORDS[test.op]} {feature.label}"
    value = right_side(test, limits)
    if feature.unit == "share":
        return f"{feature.label} {WORDS[test.op]} {value * 100:g} %"
    if feature.unit == "times":
        return f"{WORDS[test.op]} {value:g} × their {feature.label}"
    if feature.needs == "customers" and feature.kind == "number":
        return f"{feature.label} {WORDS[test.op]} {value:,g}"
    if feature.kind == "text":
        shown = ", ".join(value) if isinstance(value, tuple) else str(value)
        return f"{feature.label} is {'' if test.op == '==' else WORDS[test.op] + ' '}{shown}"
    noun = feature.singular if value == 1 and feature.singular else feature.label
    return f"{WORDS[test.op]} {value:,g} {noun}"
