"""The tables inside an engine of this session, and what they can carry."""

from __future__ import annotations

from datetime import date

import streamlit as st

from clm_core.eligibility import Requirement, assess
from clm_core.engine import open_engine
from clm_core.pipeline import Dataset, Workspace, open_workspace
from clm_core.tables import to_day
from pages.ui import state
from pages.ui.cached.files import dataset
from pages.ui.cached.recall import data_key, recall


class _Opened:
    """A workspace whose engine closes with it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def close(self) -> None:
        self.workspace.frames.engine.close()


@st.cache_resource(show_spinner=False, hash_funcs={Dataset: id})
def _sample(dataset: Dataset) -> Workspace:
    """The sample shop inside an engine. Like its tables, it is nobody's secret: sessions work beside it."""
    return open_workspace(dataset, open_engine("duckdb"))


def workspace(as_of: date | None) -> Workspace:
    """The tables inside an engine of this session."""

    def build() -> _Opened:
        if not state.is_whole_sample():
            return _Opened(open_workspace(dataset(), open_engine("duckdb"), as_of))
        beside = _sample(dataset()).beside()
        return _Opened(beside if as_of is None else beside.at(to_day(as_of)))

    return recall("Bringing the tables in", (*data_key(), as_of), build).workspace


def eligibility(as_of: date | None, horizon_days: int) -> tuple[Requirement, ...]:
    """What each analysis needs, beside what the files have."""
    tables, day = dataset().tables, workspace(as_of).as_of_day
    key = (*data_key(), as_of, horizon_days)
    return recall("Asking what the data can carry", key, lambda: assess(tables, day, horizon_days), is_common=True)
