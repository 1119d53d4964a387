"""What the data says of activities: what runs, whom each is for, what each stage is worth."""

from __future__ import annotations

from datetime import date

import pandas as pd

from clm_core.frameworks import Framework
from clm_core.gaps import Catalogue, audience_sizes, gather_evidence, vocabulary
from clm_core.gaps import stage_facts as read_stage_facts
from clm_core.stages import count_stages
from pages.ui import state
from pages.ui.cached.moves import stage_paths
from pages.ui.cached.recall import data_key, is_shipped, recall
from pages.ui.cached.scored import customers
from pages.ui.cached.work import workspace


def evidence(as_of: date | None) -> pd.DataFrame:
    """What the events show of each activity."""

    def gather() -> pd.DataFrame:
        opened = workspace(as_of)
        return gather_evidence(opened.frames, opened.today, opened.as_of_day, vocabulary().evidence)

    return recall("Looking what runs already", (*data_key(), as_of), gather, is_common=True)


def stage_facts(as_of: date | None, framework: Framework, horizon_days: int) -> pd.DataFrame:
    """People, conversion and value of each stage: what priorities are joined to."""
    key = (*data_key(), as_of, framework.model_dump_json(), horizon_days, state.discount_rate())

    def read() -> pd.DataFrame:
        paths = stage_paths(as_of, framework, "month", 0)
        listed = customers(as_of, framework, horizon_days)
        return read_stage_facts(paths, count_stages(listed, framework))

    return recall("Asking what each stage is worth", key, read, is_common=is_shipped(framework))


def audiences(
    as_of: date | None, framework: Framework, catalogue: Catalogue, chosen: tuple[str, ...]
) -> dict[str, int]:
    """How many people each chosen activity is for today."""
    key = (*data_key(), as_of, framework.model_dump_json(), catalogue.model_dump_json(), chosen)
    return recall(
        "Counting audiences",
        key,
        lambda: audience_sizes(workspace(as_of).today, catalogue, vocabulary(), framework, chosen),
    )
