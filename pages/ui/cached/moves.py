"""How customers move, month by month or week by week, and cohort by cohort."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from clm_core.breakdown import movers as list_movers
from clm_core.cohorts import By, NewCustomers, cohort_orders, cohort_path
from clm_core.cohorts import new_customers as count_new
from clm_core.frameworks import Framework
from clm_core.ledger import Unit
from clm_core.pipeline import ledger_for
from clm_core.progress import (
    Movement,
    Outline,
    StagePaths,
    count_paths,
    flows_between,
    outline_movement,
    read_movement,
)
from pages.ui.cached.recall import data_key, is_shipped, recall
from pages.ui.cached.work import workspace


def movement(as_of: date | None, framework: Framework, unit: Unit, known_days: int) -> Movement:
    """Moves, stock and flow, comings and goings by month or week, of those known for so many days."""
    key = (*data_key(), as_of, framework.model_dump_json(), unit, known_days)

    def read() -> Movement:
        return read_movement(ledger_for(workspace(as_of), framework, unit, known_days), framework)

    step = f"Following every customer from {unit} to {unit}"
    return recall(step, key, read, is_common=is_shipped(framework))


def movers(
    as_of: date | None, framework: Framework, unit: Unit, known_days: int, day: date, from_stage: str, to_stage: str
) -> pd.DataFrame:
    """The customers who made one move in the period that ends on a day."""
    ledger = ledger_for(workspace(as_of), framework, unit, known_days)
    return list_movers(ledger, framework, ledger.dates.index(day), from_stage, to_stage)


def stage_paths(as_of: date | None, framework: Framework, unit: Unit, known_days: int) -> StagePaths:
    """Every path through the stages, and how many took it."""
    key = (*data_key(), as_of, framework.model_dump_json(), unit, known_days)
    return recall(
        "Laying the stages in a row",
        key,
        lambda: count_paths(ledger_for(workspace(as_of), framework, unit, known_days), framework),
        is_common=is_shipped(framework),
    )


def flows(as_of: date | None, framework: Framework, unit: Unit, known_days: int, days: Sequence[date]) -> pd.DataFrame:
    """Who went from which stage to which between some days."""
    key = (*data_key(), as_of, framework.model_dump_json(), unit, known_days, tuple(days))

    def count() -> pd.DataFrame:
        return flows_between(ledger_for(workspace(as_of), framework, unit, known_days), framework, days)

    return recall("Looking which ways they take", key, count, is_common=is_shipped(framework))


def outline(as_of: date | None, framework: Framework, *, is_moved: bool = False) -> Outline:
    """What a moved limit redraws of movement by month, under a framework that was found sound.

    Where nothing but a limit ``is_moved``, everybody has been followed before, and it is done in a moment.
    """
    key = (*data_key(), as_of, framework.model_dump_json())
    return recall(
        "Following every customer from month to month",
        (*key, "outline"),
        lambda: outline_movement(workspace(as_of).ledger, framework),
        is_common=is_shipped(framework),
        is_told=not is_moved,
    )


def cohorts(as_of: date | None, by: By) -> pd.DataFrame:
    """Who of each cohort ordered in each later period, and what they spent."""

    def count() -> pd.DataFrame:
        opened = workspace(as_of)
        return cohort_orders(opened.frames, opened.as_of_day, by)

    return recall("Following every cohort", (*data_key(), as_of, by), count, is_common=True)


def new_customers(as_of: date | None) -> NewCustomers:
    """What a new customer is in these files, and how many it may be wrong for."""

    def count() -> NewCustomers:
        opened = workspace(as_of)
        return count_new(opened.frames, opened.as_of_day)

    return recall("Asking who is new", (*data_key(), as_of), count, is_common=True)


def cohort_stages(as_of: date | None, framework: Framework, by: By) -> pd.DataFrame:
    """Who of each cohort is still on the path at the end of each later period."""
    key = (*data_key(), as_of, framework.model_dump_json(), by)

    def count() -> pd.DataFrame:
        opened = workspace(as_of)
        return cohort_path(opened.frames, ledger_for(opened, framework), framework, by)

    return recall("Looking which stages they are in", key, count, is_common=is_shipped(framework))
