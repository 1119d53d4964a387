"""What people can be told apart by: persona, cohort of first order, any trait; and the group that each belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import narwhals as nw
import numpy as np

from clm_core import columns as c
from clm_core.breakdown.counts import GROUP
from clm_core.cohorts import COHORT, By, with_cohort
from clm_core.engine import collect
from clm_core.errors import InputError
from clm_core.features import Frame, Frames, features_of
from clm_core.personas import Persona, persona_names, persona_number

MOST_VALUES = 8
"""A number with more different values than this is told in bands."""
BANDS = 4
COHORT_OF: dict[str, By] = {"cohort_quarter": "quarter", "cohort_month": "month"}


@dataclass(frozen=True)
class Grouping:
    """One way to tell people apart: its name, and what it is called in a sentence."""

    name: str
    label: str


@dataclass(frozen=True)
class Grouped:
    """A frame with one more text column `group` (missing: not known), and the groups in their own order where they have one."""

    frame: Frame
    order: tuple[str, ...] = ()


def groupings(frames: Frames) -> tuple[Grouping, ...]:
    """Every way to tell people apart in these files; personas and the cohort of the first order are always there."""
    traits = [
        Grouping(name, feature.label)
        for name, feature in features_of(frames).items()
        if name in frames.traits or feature.kind == "text"
    ]
    cohorts = [Grouping(name, f"{by} of the first order") for name, by in COHORT_OF.items()]
    return (Grouping(c.PERSONA, "persona"), *cohorts, *traits)


def with_group(
    frames: Frames, frame: Frame, grouping: str, as_of_day: int, personas: Sequence[Persona] = ()
) -> Grouped:
    """The frame of features with the group of each person under one of :func:`groupings`.

    Numbers of more than 8 different values are told in four bands of about as many people each.

    Raises
    ------
    InputError
        When these files cannot tell people apart by ``grouping``.
    """
    known = groupings(frames)
    if grouping not in [one.name for one in known]:
        raise InputError(
            "These files cannot tell people apart by that.",
            where="breakdown",
            found=grouping,
            allowed=", ".join(one.name for one in known),
            next_step="Choose one of these, or add a customers file with that column.",
        )
    if grouping == c.PERSONA:
        names = persona_names(personas)
        number = persona_number(personas)
        return Grouped(frame.with_columns(_named([(number == i, name) for i, name in enumerate(names)])), tuple(names))
    if grouping in COHORT_OF:
        with_name = with_cohort(frames, frame, as_of_day, COHORT_OF[grouping])
        months = collect(with_name.select(COHORT).unique())[COHORT].dropna()
        return Grouped(with_name.rename({COHORT: GROUP}), tuple(sorted(months)))
    if frames.traits.get(grouping) == "number":
        return _by_number(frame, grouping)
    return Grouped(frame.with_columns(nw.col(grouping).alias(GROUP)))


def _named(cases: Sequence[tuple[nw.Expr, str]]) -> nw.Expr:
    """The name of the first case that holds."""
    chosen = nw.lit(None, nw.String)
    for holds, name in reversed(cases):
        chosen = nw.when(holds).then(nw.lit(name)).otherwise(chosen)
    return chosen.alias(GROUP)


def _by_number(frame: Frame, name: str) -> Grouped:
    values = np.sort(collect(frame.select(name)).dropna()[name].to_numpy("float64"))
    number, different = nw.col(name), np.unique(values)
    if len(different) <= MOST_VALUES:
        cases = [(number == float(value), f"{value:g}") for value in different]
    else:
        edges = list(np.unique(np.quantile(values, np.arange(1, BANDS) / BANDS, method="lower")))
        between = [(number <= float(high), f"over {low:g} to {high:g}") for low, high in pairwise(edges)]
        cases = [(number <= float(edges[0]), f"up to {edges[0]:g}"), *between]
        cases.append((number > float(edges[-1]), f"over {edges[-1]:g}"))
    return Grouped(frame.with_columns(_named(cases)), tuple(label for _, label in cases))
