"""What a framework is: stages in lifecycle order, rules in the order they are asked, and named limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from clm_core import columns as c
from clm_core.conditions import Condition, Feature, decide, first_match, sentence


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


COLOUR_STEPS = (
    "reached",
    "engaged",
    "first purchase",
    "returning",
    "loyal",
    "needs attention",
    "leaving",
    "lost",
)
"""What the eight colours mean, in lifecycle order; a stage's ``colour_step`` counts from 1."""


class Stage(_Frozen):
    """One stage. ``path`` stages come from the source; ``off_path`` ones say where people go who leave the path."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = Field(min_length=1, max_length=40)
    meaning: str = ""
    goal: str = ""
    colour_step: int = Field(ge=1, le=8)
    kind: Literal["path", "off_path"] = "path"


class Limit(_Frozen):
    """A number that several rules share, with its unit and the range it makes sense in."""

    label: str
    value: float
    unit: str = "days"
    least: float = 1
    most: float = 1825


class Rule(_Frozen):
    """If the condition holds, the customer is in the stage; the first rule that holds decides. No condition: always."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    stage: str
    when: Condition | None = None


class Framework(_Frozen):
    """A whole lifecycle definition. Use :func:`clm_core.frameworks.check_framework` before trusting a new one."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    source: str
    idea: str
    note: str = ""
    stages: tuple[Stage, ...] = Field(min_length=2)
    limits: dict[str, Limit] = {}
    rules: tuple[Rule, ...] = Field(min_length=1)

    @property
    def limit_values(self) -> dict[str, float]:
        """Limit name → number."""
        return {name: limit.value for name, limit in self.limits.items()}

    @property
    def stage_ids(self) -> list[str]:
        """Stage ids in lifecycle order."""
        return [stage.id for stage in self.stages]

    def stage(self, stage_id: str) -> Stage:
        """The stage with this id."""
        return next(stage for stage in self.stages if stage.id == stage_id)

    def with_limits(self, values: Mapping[str, float]) -> Framework:
        """The same framework with other numbers; names it does not know are ignored."""
        limits = {
            name: limit.model_copy(update={"value": values.get(name, limit.value)})
            for name, limit in self.limits.items()
        }
        return self.model_copy(update={"limits": limits})

    def rule_number(self, prefix: str = "") -> nw.Expr:
        """The index of the first rule that holds, as one expression over columns named ``prefix`` + feature."""
        return first_match([rule.when for rule in self.rules], self.limit_values, prefix)

    def rules_of(self, cells: Mapping[str, NDArray[Any]], n_rows: int) -> NDArray[np.int16]:
        """The same of rows at hand: an entry a row."""
        return decide([rule.when for rule in self.rules], self.limit_values, cells, n_rows)

    @property
    def stage_of_rule(self) -> list[str]:
        """Stage id by rule index; the entry past the last rule is the stage of those whom no rule claims."""
        return [rule.stage for rule in self.rules] + [c.UNASSIGNED]

    @property
    def place_of_rule(self) -> list[int]:
        """Place of the stage in lifecycle order by rule index, from 0; unassigned comes last."""
        place = {stage_id: i for i, stage_id in enumerate([*self.stage_ids, c.UNASSIGNED])}
        return [place[stage_id] for stage_id in self.stage_of_rule]

    @property
    def id_of_rule(self) -> list[str]:
        """Rule id by rule index, with the same extra entry."""
        return [rule.id for rule in self.rules] + [c.UNASSIGNED]

    def rule_sentence(self, rule: Rule, features: Mapping[str, Feature]) -> str:
        """The rule's condition in words."""
        return "everyone else" if rule.when is None else sentence(rule.when, self.limit_values, features)
