"""A rule as rows that a person can edit: feature, operator, value, all or any of them.

Every condition that is one test, or a flat all / any of tests, has such rows; deeper ones are edited as a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from clm_core.conditions import OPERATORS, All, AnyOf, Condition, Feature, Operator, Test
from clm_core.errors import DefinitionError, did_you_mean

MOST_ROWS = 12
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,9})?")


@dataclass(frozen=True)
class RuleRow:
    """One test as text: the value is a number, a word, or words separated by commas for `in`."""

    feature: str
    operator: str
    value: str = ""


@dataclass(frozen=True)
class RuleTable:
    """Rows and how they join."""

    joined_by: Literal["all", "any"]
    rows: tuple[RuleRow, ...]


def to_table(condition: Condition) -> RuleTable | None:
    """The condition as rows, or None when it is nested deeper than rows can say."""
    match condition:
        case Test():
            parts, joined_by = (condition,), "all"
        case All():
            parts, joined_by = condition.all, "all"  # type: ignore[assignment]
        case AnyOf():
            parts, joined_by = condition.any, "any"  # type: ignore[assignment]
        case _:
            return None
    rows = [_to_row(part) for part in parts if isinstance(part, Test) and part.limit is None]
    return RuleTable(joined_by, tuple(rows)) if len(rows) == len(parts) else None  # type: ignore[arg-type]


def _to_row(test: Test) -> RuleRow:
    value = test.value
    shown = ", ".join(value) if isinstance(value, tuple) else f"{value:g}" if isinstance(value, float) else value or ""
    return RuleRow(test.feature, test.op, shown)


def from_table(table: RuleTable, features: Mapping[str, Feature]) -> Condition:
    """The condition that the rows say.

    Raises
    ------
    DefinitionError
        When there is no row, too many, or a row whose feature, operator or value does not fit; the row is named.
    """
    rows = [row for row in table.rows if row.feature or row.operator or row.value]
    if not 1 <= len(rows) <= MOST_ROWS:
        raise DefinitionError(
            "A rule needs at least one row." if not rows else "The rule has too many rows.",
            where="rule",
            found=f"{len(rows)} rows",
            allowed=f"1 to {MOST_ROWS}",
            next_step="Add or remove a row.",
        )
    parts: Sequence[Condition] = tuple(_to_test(number, row, features) for number, row in enumerate(rows, 1))
    if len(parts) == 1:
        return parts[0]
    return All(all=tuple(parts)) if table.joined_by == "all" else AnyOf(any=tuple(parts))


def _to_test(number: int, row: RuleRow, features: Mapping[str, Feature]) -> Test:
    feature = features.get(row.feature)
    if feature is None:
        hint = did_you_mean(row.feature, list(features))
        raise _fault(number, f"'{row.feature}' is no feature of these files.{hint}", row.feature, ", ".join(features))
    if row.operator not in OPERATORS[feature.kind] or row.operator not in get_args(Operator):
        raise _fault(number, "The operator does not fit the feature.", row.operator, ", ".join(OPERATORS[feature.kind]))
    operator: Any = row.operator
    return Test(feature=row.feature, op=operator, value=_value(number, row, feature))


def _value(number: int, row: RuleRow, feature: Feature) -> float | str | tuple[str, ...] | None:
    text = row.value.strip()
    if row.operator in ("missing", "present"):
        return None
    if feature.kind == "number":
        if not _NUMBER.fullmatch(text):
            raise _fault(number, "The value is not a number.", text or "nothing", "a number such as 3 or 0.5")
        return float(text)
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    if not words:
        raise _fault(number, "The value is empty.", "nothing", "a word, or words separated by commas")
    return words if row.operator == "in" else text


def _fault(number: int, what: str, found: str, allowed: str) -> DefinitionError:
    return DefinitionError(
        what, where=f"row {number} of the rule", found=found, allowed=allowed, next_step="Change the row."
    )
