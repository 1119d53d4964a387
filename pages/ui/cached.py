"""Every cache. A result is keyed by fingerprints of files and choices, never by a frame, and lives in the session's vault."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Hashable
from contextlib import suppress
from datetime import date
from functools import cache
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from clm_core.breakdown import GROUP, Grouped, with_group
from clm_core.breakdown import movers as list_movers
from clm_core.breakdown import stage_members as list_members
from clm_core.breakdown import stages_by as count_groups
from clm_core.cohorts import By, NewCustomers, cohort_orders, cohort_path
from clm_core.cohorts import new_customers as count_new
from clm_core.columns import PERSONA
from clm_core.completeness import History, completeness
from clm_core.eligibility import Requirement, assess
from clm_core.engine import Engine, open_engine
from clm_core.errors import ClmError, InputError
from clm_core.frameworks import SHIPPED, Framework, load_framework
from clm_core.gaps import Catalogue, audience_sizes, gather_evidence, vocabulary
from clm_core.gaps import stage_facts as read_stage_facts
from clm_core.ingest import Inspection, TableKind, inspect
from clm_core.ingest.watch import Cancelled
from clm_core.ledger import Unit
from clm_core.metrics import OrderFacts, order_facts
from clm_core.models import Scores, score_customers
from clm_core.pipeline import (
    Analysis,
    Dataset,
    Lifecycle,
    Sources,
    Workspace,
    count_now,
    ledger_for,
    list_customers,
    load_dataset,
    open_workspace,
    read_lifecycle,
)
from clm_core.progress import Movement, StagePaths, count_paths, read_movement
from clm_core.recipe import Recipe
from clm_core.stages import count_stages
from pages.ui import progress, state
from pages.ui.state import SourceFile
from pages.ui.vault import Vault

Result = TypeVar("Result")
SAMPLE_VISITORS = "sample"
"""Who owns what all visitors of the sample shop share; no session's name is as short."""


@cache
def vault() -> Vault:
    """The process' vault, with its sweeper running; the server empties it when it ends, as does the process."""
    opened = Vault()
    atexit.register(opened.close)
    opened.sweep_forever()
    return opened


class _Opened:
    """A workspace with its engine, so that both close together."""

    def __init__(self, workspace: Workspace, engine: Engine) -> None:
        self.workspace, self._engine = workspace, engine

    def close(self) -> None:
        self._engine.close()


def _recall(step: str, key: tuple[Hashable, ...], make: Callable[[], Result], *, is_common: bool = False) -> Result:
    """A value of this session, made once. One of ``is_common`` is shared by all who look at the sample shop: it must hold
    nothing but what follows from the sample's files and from settings without a word of the visitor's own.
    """

    def shown() -> Result:
        with st.spinner(f"{step} …"):
            return make()

    owner = SAMPLE_VISITORS if is_common and state.is_whole_sample() else state.session_id()
    result: Result = vault().recall(owner, (step, *key), shown)
    return result


def _data_key() -> tuple[Hashable, ...]:
    corrections = tuple(sorted((kind, m.model_dump_json()) for kind, m in state.mappings().items()))
    return (tuple((file.kind, file.digest) for file in state.files()), corrections, state.hashes_emails())


@st.cache_resource(show_spinner="Reading the sample shop …")
def _sample(files: tuple[SourceFile, ...]) -> Dataset:
    """The sample shop's tables. They are immutable and nobody's secret, so all sessions share them."""
    return load_dataset(Sources(**{file.kind: (file.path,) for file in files}), Recipe())


def dataset(on_wait: Callable[[], Any] | None = None) -> Dataset:
    """The session's files as canonical tables, read in a thread whose progress is shown.

    ``on_wait`` is called when the reading turns out to take a while.

    Raises
    ------
    ClmError
        When there are no orders, a file cannot be used, or the user ended the reading.
    """
    if not any(file.kind == "orders" for file in state.files()):
        raise _no_orders()
    if state.is_whole_sample():
        return _sample(tuple(state.files()))
    key = _data_key()
    if state.is_cancelled(key):
        raise Cancelled

    def read() -> Dataset | ClmError:
        by_kind: dict[str, Any] = {}
        for file in state.files():
            by_kind.setdefault(file.kind, []).append(file.path)
        sources = Sources(**{kind: tuple(paths) for kind, paths in by_kind.items()})
        recipe = Recipe(mapping=state.mappings(), hash_emails=state.hashes_emails())
        try:
            return progress.watched(
                "Reading the files",
                lambda watch: load_dataset(sources, recipe, watch),
                state.cancel,
                key,
                on_wait=on_wait,
            )
        except Cancelled:
            raise
        except ClmError as fault:  # kept too: what cannot be read would else be read again for every part of a page
            return fault

    made: Dataset | ClmError = vault().recall(state.session_id(), ("Reading the files", *key), read)
    if isinstance(made, ClmError):
        raise made.with_traceback(None)
    return made


def _no_orders() -> InputError:
    """What there is instead of orders, and where that system keeps them."""
    presets = [file.look.preset for file in state.files() if file.look and file.look.preset]
    told = {file.name: file.look.preset for file in state.files() if file.look}
    fault = InputError(
        "There are no orders yet, and every analysis begins with them.",
        found=", ".join(
            f"{file.name} ({preset.title}: {preset.lacks})"
            if (preset := told.get(file.name))
            else f"{file.name} ({file.kind})"
            for file in state.files()
        ),
        allowed="an export of orders: who bought, when, and for how much",
        next_step=next(
            (f"Add {preset.instead}." for preset in presets if preset.instead),
            "Add the orders that belong to these files.",
        ),
    )
    fault.table = "orders"
    return fault


def order_overview() -> tuple[OrderFacts, History]:
    """The figures of the orders file, and its orders over time."""
    tables = dataset().tables
    return _recall("Counting orders", _data_key(), lambda: (order_facts(tables), completeness(tables)), is_common=True)


def workspace(as_of: date | None) -> Workspace:
    """The tables inside an engine of this session."""

    def build() -> _Opened:
        engine = open_engine("duckdb")
        return _Opened(open_workspace(dataset(), engine, as_of), engine)

    return _recall("Bringing the tables in", (*_data_key(), as_of), build).workspace


def stage_counts(as_of: date | None, framework: Framework) -> pd.DataFrame:
    """How many are in each stage at the day, before any history is counted."""
    key = (*_data_key(), as_of, framework.model_dump_json())
    return _recall(
        "Counting stages", key, lambda: count_now(workspace(as_of), framework), is_common=_is_shipped(framework)
    )


def lifecycle(as_of: date | None, framework: Framework) -> Lifecycle:
    """Stages and moves under a framework."""
    key = (*_data_key(), as_of, framework.model_dump_json())
    return _recall(
        "Following every customer from month to month",
        key,
        lambda: read_lifecycle(workspace(as_of), framework),
        is_common=_is_shipped(framework),
    )


def stages_by(as_of: date | None, framework: Framework, grouping: str) -> pd.DataFrame:
    """Stages of the people in each group."""
    key = (*_data_key(), as_of, framework.model_dump_json(), grouping, *_persona_key(grouping))

    def count() -> pd.DataFrame:
        grouped = _grouped(as_of, grouping)
        return count_groups(grouped.frame, framework, GROUP, order=grouped.order)

    is_common = _is_shipped(framework) and state.personas() == state.sample_recipe().personas
    return _recall("Counting groups", key, count, is_common=is_common)


def _grouped(as_of: date | None, grouping: str) -> Grouped:
    opened = workspace(as_of)
    return with_group(opened.frames, opened.today, grouping, opened.as_of_day, state.personas())


def _persona_key(grouping: str) -> tuple[str, ...]:
    return tuple(persona.model_dump_json() for persona in state.personas()) if grouping == PERSONA else ()


def stage_members(
    as_of: date | None, framework: Framework, stage: str, grouping: str = "", group: str = ""
) -> pd.DataFrame:
    """The customers of a stage, or of one group in it: those that :func:`lifecycle` and :func:`stages_by` count there."""
    key = (*_data_key(), as_of, framework.model_dump_json(), stage, grouping, group, *_persona_key(grouping))

    def find() -> pd.DataFrame:
        if not grouping:
            return list_members(workspace(as_of).today, framework, stage)
        groups = stages_by(as_of, framework, grouping)[GROUP].unique()
        return list_members(_grouped(as_of, grouping).frame, framework, stage, group, list(groups))

    return _recall("Finding the customers", key, find)


def movement(as_of: date | None, framework: Framework, unit: Unit, known_days: int) -> Movement:
    """Moves, stock and flow, comings and goings by month or week, of those known for so many days."""
    key = (*_data_key(), as_of, framework.model_dump_json(), unit, known_days)

    def read() -> Movement:
        return read_movement(ledger_for(workspace(as_of), framework, unit, known_days), framework)

    step = f"Following every customer from {unit} to {unit}"
    return _recall(step, key, read, is_common=_is_shipped(framework))


def movers(
    as_of: date | None, framework: Framework, unit: Unit, known_days: int, day: date, from_stage: str, to_stage: str
) -> pd.DataFrame:
    """The customers who made one move in the period that ends on a day."""
    ledger = ledger_for(workspace(as_of), framework, unit, known_days)
    return list_movers(ledger, framework, ledger.dates.index(day), from_stage, to_stage)


def stage_paths(as_of: date | None, framework: Framework, unit: Unit, known_days: int) -> StagePaths:
    """Every path through the stages, and how many took it."""
    key = (*_data_key(), as_of, framework.model_dump_json(), unit, known_days)
    return _recall(
        "Laying the stages in a row",
        key,
        lambda: count_paths(ledger_for(workspace(as_of), framework, unit, known_days), framework),
    )


def cohorts(as_of: date | None, by: By) -> pd.DataFrame:
    """Who of each cohort ordered in each later period, and what they spent."""

    def count() -> pd.DataFrame:
        opened = workspace(as_of)
        return cohort_orders(opened.frames, opened.as_of_day, by)

    return _recall("Following every cohort", (*_data_key(), as_of, by), count, is_common=True)


def new_customers(as_of: date | None) -> NewCustomers:
    """What a new customer is in these files, and how many it may be wrong for."""

    def count() -> NewCustomers:
        opened = workspace(as_of)
        return count_new(opened.frames, opened.as_of_day)

    return _recall("Asking who is new", (*_data_key(), as_of), count, is_common=True)


def cohort_stages(as_of: date | None, framework: Framework, by: By) -> pd.DataFrame:
    """Who of each cohort is still on the path at the end of each later period."""
    key = (*_data_key(), as_of, framework.model_dump_json(), by)

    def count() -> pd.DataFrame:
        opened = workspace(as_of)
        return cohort_path(opened.frames, ledger_for(opened, framework), framework, by)

    return _recall("Looking which stages they are in", key, count, is_common=_is_shipped(framework))


def scores(as_of: date | None, horizon_days: int) -> Scores:
    """Churn, orders and spend over the horizon."""

    def fit() -> Scores:
        opened = workspace(as_of)
        return score_customers(opened.frames, opened.as_of_day, horizon_days)

    return _recall("Learning from earlier months", (*_data_key(), as_of, horizon_days), fit, is_common=True)


def customers(as_of: date | None, framework: Framework, horizon_days: int) -> pd.DataFrame:
    """One row per customer: features, stage, persona, scores. Read it, never change it."""
    personas = state.personas()
    key = (
        *_data_key(),
        as_of,
        framework.model_dump_json(),
        horizon_days,
        tuple(persona.model_dump_json() for persona in personas),
    )
    scored = scores(as_of, horizon_days)
    return _recall(
        "Listing customers",
        key,
        lambda: list_customers(workspace(as_of), framework, personas, scored),
        is_common=_is_shipped(framework) and personas == state.sample_recipe().personas,
    )


def evidence(as_of: date | None) -> pd.DataFrame:
    """What the events show of each activity."""

    def gather() -> pd.DataFrame:
        opened = workspace(as_of)
        return gather_evidence(opened.frames, opened.today, opened.as_of_day, vocabulary().evidence)

    return _recall("Looking what runs already", (*_data_key(), as_of), gather, is_common=True)


def stage_facts(as_of: date | None, framework: Framework, horizon_days: int) -> pd.DataFrame:
    """People, conversion and value of each stage: what priorities are joined to."""
    key = (*_data_key(), as_of, framework.model_dump_json(), horizon_days)

    def read() -> pd.DataFrame:
        paths = stage_paths(as_of, framework, "month", 0)
        listed = customers(as_of, framework, horizon_days)
        return read_stage_facts(paths, count_stages(listed, framework))

    return _recall("Asking what each stage is worth", key, read, is_common=_is_shipped(framework))


def audiences(
    as_of: date | None, framework: Framework, catalogue: Catalogue, chosen: tuple[str, ...]
) -> dict[str, int]:
    """How many people each chosen activity is for today."""
    key = (*_data_key(), as_of, framework.model_dump_json(), catalogue.model_dump_json(), chosen)
    return _recall(
        "Counting audiences",
        key,
        lambda: audience_sizes(workspace(as_of).today, catalogue, vocabulary(), framework, chosen),
    )


def inspection(kind: TableKind) -> Inspection:
    """What was found in the files of one table before anything was decided; known already where reading went well."""
    with suppress(ClmError):
        return dataset().imported[kind].inspection
    paths = [file.path for file in state.files() if file.kind == kind]
    hash_emails = state.hashes_emails()
    key = (kind, hash_emails, *(file.digest for file in state.files() if file.kind == kind))
    return _recall("Looking into the file", key, lambda: inspect(paths, kind, hash_emails=hash_emails))


def eligibility(as_of: date | None, horizon_days: int) -> tuple[Requirement, ...]:
    """What each analysis needs, beside what the files have."""
    tables, day = dataset().tables, workspace(as_of).as_of_day
    key = (*_data_key(), as_of, horizon_days)
    return _recall("Asking what the data can carry", key, lambda: assess(tables, day, horizon_days), is_common=True)


def _is_shipped(framework: Framework) -> bool:
    """True when a framework differs from a shipped one in limits at most."""
    return framework.id in SHIPPED and framework == load_framework(framework.id).with_limits(framework.limit_values)


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
