"""Single customers: their story, who leaves soon, what the CRM says of them."""

from __future__ import annotations

from datetime import date

import pandas as pd

from clm_core import columns as c
from clm_core.crm_stages import CrmComparison, compare_with_crm
from clm_core.frameworks import Framework
from clm_core.lookup import suggest_people
from clm_core.pipeline import Story, tell_story
from clm_core.silence import early_warning
from pages.ui.cached.files import dataset
from pages.ui.cached.recall import data_key, is_shipped, recall
from pages.ui.cached.work import workspace


def leaving(as_of: date | None, framework: Framework, n_days: int) -> pd.DataFrame:
    """Everyone whom silence alone will take off the path within some days, the most valuable first."""

    def warn() -> pd.DataFrame:
        opened = workspace(as_of)
        return early_warning(opened.frames, opened.today, framework, opened.as_of_day, n_days)

    key = (*data_key(), as_of, framework.model_dump_json(), n_days)
    return recall("Looking at who is silent", key, warn, is_common=is_shipped(framework))


def crm(as_of: date | None, framework: Framework, meaning: dict[str, tuple[str, ...]]) -> CrmComparison:
    """The stages of the CRM beside ours; only for files that hold a stage history."""
    history = dataset().tables.stage_history
    key = (*data_key(), as_of, framework.model_dump_json(), tuple(meaning.items()))
    return recall(
        "Reading the CRM's stages",
        key,
        lambda: compare_with_crm(history, workspace(as_of).ledger, framework, meaning),
    )


def suggestions(as_of: date | None, warned: pd.DataFrame) -> dict[str, str]:
    """Some ids and why they are worth a look; ``warned`` comes from :func:`leaving` and only sorts them."""
    key = (*data_key(), as_of, tuple(warned[c.CUSTOMER_ID].head(4)))
    return recall(
        "Looking at who is worth a look", key, lambda: suggest_people(workspace(as_of).today, warned), is_common=True
    )


def story(as_of: date | None, framework: Framework, customer_id: str) -> Story:
    """Everything about one customer.

    Raises
    ------
    InputError
        When nobody of that id is known at the as-of day.
    """
    key = (*data_key(), as_of, framework.model_dump_json(), customer_id)
    return recall(
        "Reading their story",
        key,
        lambda: tell_story(workspace(as_of), framework, customer_id),
        is_common=is_shipped(framework),
    )
