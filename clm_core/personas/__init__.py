"""Personas: people as the marketer tells them, found by rules over the same features as stages.

A customer belongs to the first persona whose rule holds, or to everyone else.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import narwhals as nw
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from clm_core import columns as c
from clm_core.conditions import Condition, Feature, first_match, misfits, tests
from clm_core.errors import DefinitionError, Issue
from clm_core.features import Frame
from clm_core.frameworks import Framework

PERSONA_NO = "persona_no"
EVERYONE_ELSE = "Everyone else"
MOST_PERSONAS = 12


class Persona(BaseModel):
    """One persona: a name and story for people, a rule for the engine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=60)
    story: str = Field(default="", max_length=600)
    hobbies: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    rule: Condition


_PERSONAS = TypeAdapter(tuple[Persona, ...])


@cache
def default_personas() -> tuple[Persona, ...]:
    """Personas that any orders file can fill: a start to rename and sharpen."""
    text = resources.files("clm_core.personas").joinpath("default.toml").read_text(encoding="utf-8")
    return _PERSONAS.validate_python(tomllib.loads(text)["personas"])


def check_personas(personas: Sequence[Persona], features: Mapping[str, Feature]) -> list[Issue]:
    """Every fault of a set of personas: too many, a name twice or reserved, a rule that cannot be asked."""
    issues: list[Issue] = []
    if len(personas) > MOST_PERSONAS:
        message = f"{len(personas)} personas are given; {MOST_PERSONAS} at most can be told apart on a chart."
        issues.append(Issue("error", "too_many_personas", message))
    names = [persona.name for persona in personas]
    taken = sorted({name for name in names if names.count(name) > 1 or name == EVERYONE_ELSE})
    issues += [
        Issue("error", "duplicate_persona", f"The name '{name}' is taken; give each persona its own.") for name in taken
    ]
    for persona in personas:
        owner = f"Persona '{persona.name}'"
        issues += misfits(persona.rule, features, owner)
        issues += [
            Issue("error", "unknown_limit", f"{owner} names the limit '{test.limit}'; give the number itself.")
            for test in tests(persona.rule)
            if test.limit is not None
        ]
    return issues


def require_sound(personas: Sequence[Persona], features: Mapping[str, Feature]) -> None:
    """Raise DefinitionError with the first fault of :func:`check_personas`, if there is one."""
    faults = check_personas(personas, features)
    if faults:
        raise DefinitionError(
            faults[0].message,
            where="personas",
            found=f"{len(faults)} fault(s) in {len(personas)} personas",
            allowed="features: " + ", ".join(features),
            next_step="Mend the persona's rule or name.",
        )


def persona_number(personas: Sequence[Persona]) -> nw.Expr:
    """The index of the first persona whose rule holds, or the number of personas."""
    return first_match([persona.rule for persona in personas], {})


def assign_personas(frame: Frame, personas: Sequence[Persona]) -> Frame:
    """The frame with one more column, the persona's index."""
    return frame.with_columns(persona_number(personas).alias(PERSONA_NO))


def persona_names(personas: Sequence[Persona]) -> list[str]:
    """Names by index; the last is everyone else."""
    return [persona.name for persona in personas] + [EVERYONE_ELSE]


def count_personas(customers: pd.DataFrame, personas: Sequence[Persona]) -> pd.DataFrame:
    """One row per persona in the user's order, zeros included.

    Columns: `persona`, `n_customers`, `share`, and where known `spend_total`, `spend_per_customer`, `churn_prob` (mean over
    those who have bought), `n_scored`, `expected_spend` (sum), `expected_spend_per_customer`.
    """
    order = persona_names(personas)
    grouped = customers.groupby(c.PERSONA, observed=True)
    counts = grouped.size().reindex(order, fill_value=0)
    table = counts.rename(c.N_CUSTOMERS).rename_axis(c.PERSONA).reset_index()
    table[c.SHARE] = table[c.N_CUSTOMERS] / max(len(customers), 1)
    for money in (c.SPEND_TOTAL, c.EXPECTED_SPEND):
        if money in customers:
            table[money] = grouped[money].sum(min_count=1).reindex(order).to_numpy()
            table[f"{money.removesuffix('_total')}_per_customer"] = grouped[money].mean().reindex(order).to_numpy()
    if c.CHURN_PROB in customers:
        bought = customers[customers[c.N_ORDERS] > 0].groupby(c.PERSONA, observed=True)
        table["n_scored"] = bought[c.CHURN_PROB].count().reindex(order, fill_value=0).to_numpy()
        for name in (c.CHURN_PROB, c.CHURN_PROB + c.LOW, c.CHURN_PROB + c.HIGH):
            if name in customers:
                table[name] = bought[name].mean().reindex(order).to_numpy()
    return table


def persona_stages(customers: pd.DataFrame, personas: Sequence[Persona], framework: Framework) -> pd.DataFrame:
    """Persona × stage, complete: `persona`, `stage`, `n_customers`, `share` (of the persona)."""
    grid = pd.MultiIndex.from_product([persona_names(personas), framework.stage_ids], names=[c.PERSONA, c.STAGE])
    counts = customers.groupby([c.PERSONA, c.STAGE], observed=True).size().reindex(grid, fill_value=0)
    totals = counts.groupby(level=0).transform("sum")
    table = counts.rename(c.N_CUSTOMERS).reset_index()
    table[c.SHARE] = (counts / totals.where(totals > 0)).fillna(0.0).to_numpy()
    return table
