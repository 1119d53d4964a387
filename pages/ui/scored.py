"""How a page about scores begins: horizon asked for, models fitted, customers listed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from clm_core.charts import Theme
from clm_core.frameworks import Framework
from clm_core.models import Scores
from clm_core.pipeline import Workspace
from clm_core.tables import to_date
from clm_core.wording import long_day
from pages.ui import cached, figures, frame, inputs


@dataclass(frozen=True)
class Scored:
    """What such a page reads."""

    workspace: Workspace
    framework: Framework
    theme: Theme
    horizon: int
    scores: Scores
    customers: pd.DataFrame
    today: str

    @property
    def currency(self) -> str:
        """The currency of the files, or nothing."""
        return self.workspace.dataset.tables.currency


def begin(question: str, promise: str) -> Scored:
    """The heading, the guard, the horizon, then the scores."""
    workspace = frame.begin(question, promise, owns=["horizon"])
    horizon, framework = inputs.ask_horizon(), inputs.framework()
    scores = cached.scores(inputs.as_of(), horizon)
    customers = cached.customers(inputs.as_of(), framework, horizon)
    today = long_day(to_date(workspace.as_of_day))
    return Scored(workspace, framework, figures.theme(), horizon, scores, customers, today)
