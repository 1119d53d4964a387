"""How a page about scores begins: the definition asked for, models fitted, customers listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from clm_core.charts import Theme
from clm_core.frameworks import Framework
from clm_core.models import Scores
from clm_core.outlook import at_stake
from clm_core.pipeline import Workspace
from clm_core.tables import to_date
from clm_core.wording import long_day
from pages.ui import cached, figures, frame, inputs
from pages.ui.definition import EVERYBODY, Definition


@dataclass(frozen=True)
class Scored:
    """What such a page reads. ``customers`` is everybody known, ``asked`` those whom the definition is about."""

    workspace: Workspace
    framework: Framework
    theme: Theme
    as_of: date | None
    today: str
    definition: Definition
    scores: Scores
    customers: pd.DataFrame
    asked: pd.DataFrame

    @property
    def horizon(self) -> int:
        """How many days ahead the scores look."""
        return self.definition.horizon

    @property
    def currency(self) -> str:
        """The currency of the files, or nothing."""
        return self.workspace.dataset.tables.currency

    @property
    def has_money(self) -> bool:
        """Whether the files have amounts."""
        return self.workspace.frames.has_amounts


def begin(question: str, promise: str, ask: Callable[[str], Definition]) -> Scored:
    """The heading, the guard, the definition, then the scores."""
    workspace = frame.begin(question, promise, owns=[inputs.HORIZON, "discount"])
    today = long_day(to_date(workspace.as_of_day))
    definition, framework, as_of = ask(today), inputs.framework(), inputs.as_of()
    scores = cached.scores(as_of, definition.horizon)
    customers = cached.customers(as_of, framework, definition.horizon)
    asked = part(customers, framework, definition)
    return Scored(workspace, framework, figures.theme(), as_of, today, definition, scores, customers, asked)


def part(customers: pd.DataFrame, framework: Framework, definition: Definition) -> pd.DataFrame:
    """Those of the customers whom the definition is about."""
    return customers if definition.who == EVERYBODY else at_stake(customers, framework, definition.who)  # type: ignore[arg-type]
