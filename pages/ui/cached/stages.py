"""Who is in which stage at the day, by group, and who they are."""

from __future__ import annotations

from datetime import date

import pandas as pd

from clm_core.breakdown import GROUP, Grouped, with_group
from clm_core.breakdown import stage_members as list_members
from clm_core.breakdown import stages_by as count_groups
from clm_core.frameworks import Framework
from clm_core.pipeline import Lifecycle, count_now, read_lifecycle
from pages.ui import state
from pages.ui.cached.recall import data_key, is_shipped, persona_key, recall
from pages.ui.cached.work import workspace


def stage_counts(as_of: date | None, framework: Framework) -> pd.DataFrame:
    """How many are in each stage at the day, before any history is counted."""
    key = (*data_key(), as_of, framework.model_dump_json())
    return recall(
        "Counting stages", key, lambda: count_now(workspace(as_of), framework), is_common=is_shipped(framework)
    )


def lifecycle(as_of: date | None, framework: Framework) -> Lifecycle:
    """Stages and moves under a framework."""
    key = (*data_key(), as_of, framework.model_dump_json())
    return recall(
        "Following every customer from month to month",
        key,
        lambda: read_lifecycle(workspace(as_of), framework),
        is_common=is_shipped(framework),
    )


def stages_by(as_of: date | None, framework: Framework, grouping: str) -> pd.DataFrame:
    """Stages of the people in each group."""
    key = (*data_key(), as_of, framework.model_dump_json(), grouping, *persona_key(grouping))

    def count() -> pd.DataFrame:
        grouped = _grouped(as_of, grouping)
        return count_groups(grouped.frame, framework, GROUP, order=grouped.order)

    is_common = is_shipped(framework) and state.personas() == state.sample_recipe().personas
    return recall("Counting groups", key, count, is_common=is_common)


def _grouped(as_of: date | None, grouping: str) -> Grouped:
    opened = workspace(as_of)
    return with_group(opened.frames, opened.today, grouping, opened.as_of_day, state.personas())


def stage_members(
    as_of: date | None, framework: Framework, stage: str, grouping: str = "", group: str = ""
) -> pd.DataFrame:
    """The customers of a stage, or of one group in it: those that :func:`lifecycle` and :func:`stages_by` count there."""
    key = (*data_key(), as_of, framework.model_dump_json(), stage, grouping, group, *persona_key(grouping))

    def find() -> pd.DataFrame:
        if not grouping:
            return list_members(workspace(as_of).today, framework, stage)
        groups = stages_by(as_of, framework, grouping)[GROUP].unique()
        return list_members(_grouped(as_of, grouping).frame, framework, stage, group, list(groups))

    return recall("Finding the customers", key, find)
