"""What pages about churn and value ask beside the scores: an earlier day, reasons, next orders, the formula, the cost of winning."""

from __future__ import annotations

from datetime import date

import pandas as pd

from clm_core import outlook
from clm_core.findings import card_of
from clm_core.frameworks import Framework
from clm_core.models import Scores, score_customers
from clm_core.outlook import OwnFigures, Reasons
from clm_core.pipeline import list_customers
from pages.ui import state
from pages.ui.cached.recall import data_key, is_shipped, recall
from pages.ui.cached.scored import customers, scores
from pages.ui.cached.work import workspace

MODEL_OF = {"churn_prob": "churn", "expected_spend": "spend"}


def earlier(as_of: date | None, framework: Framework, horizon_days: int, months: int) -> tuple[int, pd.DataFrame]:
    """The day so many months back, and everybody known on it as they would have been scored then, with what came since.

    Raises
    ------
    PeriodError
        When nobody could be scored on that day, or it is not known yet what came.
    """
    here = workspace(as_of)
    day = outlook.day_back(here.frames, here.as_of_day, horizon_days, months)
    personas = state.personas()

    def score() -> Scores:
        return score_customers(here.frames, day, horizon_days)

    def listing() -> pd.DataFrame:
        known = recall("Learning as at an earlier day", (*data_key(), day, horizon_days), score, is_common=True)
        listed = list_customers(here.at(day), framework, personas, known)
        return outlook.with_outcomes(here.frames, listed, day, horizon_days)

    key = (
        *data_key(),
        day,
        framework.model_dump_json(),
        horizon_days,
        tuple(one.model_dump_json() for one in personas),
    )
    is_common = is_shipped(framework) and personas == state.sample_recipe().personas
    return day, recall("Looking what came since", key, listing, is_common=is_common)


def reasons(as_of: date | None, framework: Framework, horizon_days: int, score: str) -> Reasons:
    """What weighs in a score, of all customers who have it."""
    card = card_of(scores(as_of, horizon_days), MODEL_OF[score])
    listed = customers(as_of, framework, horizon_days)
    key = (*data_key(), as_of, horizon_days, state.discount_rate(), score)
    return recall("Looking for reasons", key, lambda: outlook.learn_reasons(listed, score, card), is_common=True)


def next_orders(as_of: date | None, listed: pd.DataFrame) -> pd.DataFrame:
    """When each customer is likely to order next; ``listed`` is everybody known on the day."""
    day = workspace(as_of).as_of_day
    return recall(
        "Asking who orders next", (*data_key(), as_of), lambda: outlook.next_orders(listed, day), is_common=True
    )


def own_figures(as_of: date | None) -> OwnFigures:
    """What the files put into the simple formula."""
    here = workspace(as_of)
    return recall(
        "Reading your own figures",
        (*data_key(), as_of),
        lambda: outlook.own_figures(here.frames, here.as_of_day),
        is_common=True,
    )


def payback(as_of: date | None) -> pd.DataFrame:
    """What a customer has spent by each month after the first order."""
    here = workspace(as_of)
    key = (*data_key(), as_of)
    return recall(
        "Following new customers", key, lambda: outlook.payback_curve(here.frames, here.as_of_day), is_common=True
    )


def n_won(as_of: date | None, n_days: int) -> int:
    """Customers whose first order fell into the last so many days."""
    here = workspace(as_of)
    first = here.as_of_day - n_days + 1
    key = (*data_key(), as_of, n_days)
    return recall(
        "Counting new customers", key, lambda: outlook.n_won(here.frames, first, here.as_of_day), is_common=True
    )
