"""Churn, orders and spend of each customer, and everything a run writes."""

from __future__ import annotations

from datetime import date

import pandas as pd

from clm_core.frameworks import Framework
from clm_core.models import Scores, discounted, score_customers
from clm_core.pipeline import Analysis, list_customers
from clm_core.recipe import Recipe
from clm_core.stages import count_stages
from pages.ui import state
from pages.ui.cached.recall import data_key, is_shipped, recall
from pages.ui.cached.stages import lifecycle
from pages.ui.cached.work import workspace


def scores(as_of: date | None, horizon_days: int) -> Scores:
    """Churn, orders and spend over the horizon; spend in money of today, at the rate the visitor chose."""

    def fit() -> Scores:
        opened = workspace(as_of)
        return score_customers(opened.frames, opened.as_of_day, horizon_days)

    fitted = recall("Learning from earlier months", (*data_key(), as_of, horizon_days), fit, is_common=True)
    return discounted(fitted, state.discount_rate()) if state.discount_rate() else fitted


def customers(as_of: date | None, framework: Framework, horizon_days: int) -> pd.DataFrame:
    """One row per customer: features, stage, persona, scores. Read it, never change it."""
    personas = state.personas()
    key = (
        *data_key(),
        as_of,
        framework.model_dump_json(),
        horizon_days,
        state.discount_rate(),
        tuple(persona.model_dump_json() for persona in personas),
    )
    scored = scores(as_of, horizon_days)
    return recall(
        "Listing customers",
        key,
        lambda: list_customers(workspace(as_of), framework, personas, scored),
        is_common=is_shipped(framework) and personas == state.sample_recipe().personas,
    )


def analysis(as_of: date | None, framework: Framework, horizon_days: int, recipe: Recipe) -> Analysis:
    """Everything a run writes, from what this session has computed already."""
    listed = customers(as_of, framework, horizon_days)
    return Analysis(
        workspace(as_of),
        recipe,
        lifecycle(as_of, framework),
        scores(as_of, horizon_days),
        listed,
        count_stages(listed, framework),
    )
