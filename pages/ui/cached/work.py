"""The tables inside an engine of this session, and what they can carry."""

from __future__ import annotations

from datetime import date

from clm_core.eligibility import Requirement, assess
from clm_core.engine import Engine, open_engine
from clm_core.pipeline import Workspace, open_workspace
from pages.ui.cached.files import dataset
from pages.ui.cached.recall import data_key, recall


class _Opened:
    """A workspace with its engine, so that both close together."""

    def __init__(self, workspace: Workspace, engine: Engine) -> None:
        self.workspace, self._engine = workspace, engine

    def close(self) -> None:
        self._engine.close()


def workspace(as_of: date | None) -> Workspace:
    """The tables inside an engine of this session."""

    def build() -> _Opened:
        engine = open_engine("duckdb")
        return _Opened(open_workspace(dataset(), engine, as_of), engine)

    return recall("Bringing the tables in", (*data_key(), as_of), build).workspace


def eligibility(as_of: date | None, horizon_days: int) -> tuple[Requirement, ...]:
    """What each analysis needs, beside what the files have."""
    tables, day = dataset().tables, workspace(as_of).as_of_day
    key = (*data_key(), as_of, horizon_days)
    return recall("Asking what the data can carry", key, lambda: assess(tables, day, horizon_days), is_common=True)
