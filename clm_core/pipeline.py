"""The whole story: files → tables → features at every month end → stages, personas, scores.

:func:`analyse` tells it in one go, as the terminal does. The app calls the same steps one at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from clm_core import columns as c
from clm_core.engine import Engine, collect
from clm_core.errors import ClmError, InputError, PeriodError
from clm_core.features import Frame, Frames, build_features, frames_beside, known_features, load_frames
from clm_core.frameworks import Framework
from clm_core.frameworks import require_sound as require_framework
from clm_core.ingest import Imported, TableKind, import_table
from clm_core.ingest.watch import Watch
from clm_core.joins import KeyMatch, match_keys
from clm_core.ledger import Ledger, Unit, build_ledger, count_moves, period_ends, stock_and_flow
from clm_core.personas import PERSONA_NO, Persona, assign_personas, persona_names, require_sound
from clm_core.recipe import Recipe
from clm_core.stages import assign_rules, count_stages, explain_customer, name_stages, rule_sizes
from clm_core.tables import EPOCH, Tables, to_date, to_day
from clm_core.timeline import Timeline, timeline, up_to_the_deciding, what_would_move

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from clm_core.models import Scores


MOST_WEEK_ROWS = 5_000_000
"""Customer-weeks that a browser session may hold: some 50,000 customers over two years."""


@dataclass(frozen=True)
class Sources:
    """The files of one analysis, by the table they feed. Several files of one shape are one history."""

    orders: tuple[Path, ...]
    customers: tuple[Path, ...] = ()
    events: tuple[Path, ...] = ()
    spend: tuple[Path, ...] = ()

    def given(self) -> dict[TableKind, tuple[Path, ...]]:
        """The kinds for which there is a file."""
        kinds: tuple[TableKind, ...] = ("orders", "customers", "events", "spend")
        return {kind: getattr(self, kind) for kind in kinds if getattr(self, kind)}


@dataclass(frozen=True)
class Dataset:
    """What was read: the canonical tables, and for each file how it was understood."""

    imported: dict[TableKind, Imported]
    tables: Tables

    @cached_property
    def joins(self) -> tuple[KeyMatch, ...]:
        """How many keys of each further table are found among the orders."""
        return match_keys(self.tables)


@dataclass(frozen=True)
class Workspace:
    """A data set inside an engine, as at a day. What it is asked for is computed once and kept."""

    dataset: Dataset
    frames: Frames
    as_of_day: int
    shared: Workspace | None = field(default=None, repr=False)
    """The workspace that this one is :meth:`beside`; what it computes serves all of them."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @cached_property
    def today(self) -> Frame:
        """One row per customer known at the as-of day: enough to count stages, and ready long before the ledger."""
        if self.shared is not None:
            with self.shared._lock:
                return self.frames.engine.seen(self.shared.today)
        return self.frames.engine.persist(build_features(self.frames, self.as_of_day), f"day_{self.as_of_day}")

    def at(self, day: int) -> Workspace:
        """The same tables as at another day, which the files must cover: else a PeriodError is raised."""
        frames = self.frames
        if not frames.first_day <= day <= frames.last_day:
            raise PeriodError(
                "The as-of day lies outside the data.",
                where="as-of day",
                found=to_date(day).isoformat(),
                allowed=f"{to_date(frames.first_day)} to {to_date(frames.last_day)}, the first and last day in the files",
                next_step="Choose a day in this range: before it there is no order, after it nothing is known.",
            )
        return replace(self, as_of_day=day, shared=None)

    def beside(self) -> Workspace:
        """The same workspace for another thread, through an engine of its own that the caller closes.

        Today's features and the ledger are computed by whoever asks first, once for everybody beside this workspace.
        """
        with self._lock:
            return Workspace(self.dataset, frames_beside(self.frames), self.as_of_day, self)

    @cached_property
    def ledger(self) -> Ledger:
        """Every customer at every month end up to the as-of day."""
        if self.shared is not None:
            with self.shared._lock:
                return self.shared.ledger.beside(self.frames)
        return build_ledger(self.frames, self.as_of_day)

    @cached_property
    def weekly_ledger(self) -> Ledger:
        """Every customer at every week end up to the as-of day.

        Raises
        ------
        InputError
            When that would be more than :data:`MOST_WEEK_ROWS` rows.
        """
        n_known = int(collect(self.today.select(nw.len().alias("n")))["n"].iloc[0])
        n_weeks = len(period_ends(self.frames.first_day, self.as_of_day, "week"))
        if n_known * n_weeks > MOST_WEEK_ROWS:
            raise InputError(
                "By week this history is too large to follow here.",
                where="by week",
                found=f"{n_known:,} customers × {n_weeks:,} weeks",
                allowed=f"up to {MOST_WEEK_ROWS:,} customer-weeks",
                next_step="Choose months, or leave early years out of the file.",
            )
        return build_ledger(self.frames, self.as_of_day, "week")


@dataclass(frozen=True)
class Lifecycle:
    """Stages under one framework: how many now, every move between month ends, and the month × stage grid."""

    framework: Framework
    counts: pd.DataFrame
    moves: pd.DataFrame
    stock: pd.DataFrame


@dataclass(frozen=True)
class Analysis:
    """Everything a run found."""

    workspace: Workspace
    recipe: Recipe
    lifecycle: Lifecycle
    scores: Scores
    customers: pd.DataFrame
    stages: pd.DataFrame
    timings: dict[str, float] = field(default_factory=dict)


def analyse(
    sources: Sources,
    recipe: Recipe,
    engine: Engine,
    *,
    clock: Callable[[], float] | None = None,
    on_step: Callable[[str], None] | None = None,
    watch: Watch | None = None,
) -> Analysis:
    """Read the files and compute everything the terminal writes.

    Parameters
    ----------
    sources, recipe
        Files, and everything the user chose.
    engine
        Where frames live; the caller opens and closes it.
    clock, on_step
        Seconds from any start, to time the steps; and who is told a step's name when it begins.
    watch
        Lets another thread see how far the reading is, and end it.

    Raises
    ------
    ClmError
        A file cannot be used, a definition is not valid, or the as-of day lies outside the data.
    """
    timings: dict[str, float] = {}

    @contextmanager
    def step(name: str) -> Iterator[None]:
        if on_step:
            on_step(name)
        start = clock() if clock else 0.0
        yield
        timings[name] = round((clock() if clock else 0.0) - start, 4)

    with step("read"):
        dataset = load_dataset(sources, recipe, watch)
    with step("ledger"):
        workspace = open_workspace(dataset, engine, recipe.as_of)
        _ = workspace.ledger  # computed here, so that its time is told here
    with step("stages"):
        lifecycle = read_lifecycle(workspace, recipe.chosen_framework())
    with step("models"):
        from clm_core.models import score_customers  # what fits models takes longer to load than a small file to read

        scores = score_customers(workspace.frames, workspace.as_of_day, recipe.horizon_days, recipe.discount_rate)
    with step("customers"):
        customers = list_customers(workspace, lifecycle.framework, recipe.personas, scores)
        stages = count_stages(customers, lifecycle.framework)
    return Analysis(workspace, recipe, lifecycle, scores, customers, stages, timings)


def load_dataset(sources: Sources, recipe: Recipe, watch: Watch | None = None) -> Dataset:
    """Read every given file into its canonical table.

    ``watch`` lets another thread see how far the reading is, and end it.
    """
    imported: dict[TableKind, Imported] = {}
    for kind, paths in sources.given().items():
        try:
            imported[kind] = import_table(
                paths, kind, recipe.mapping.get(kind), hash_emails=recipe.hash_emails, watch=watch
            )
        except ClmError as fault:
            fault.table = kind
            raise
    tables = {kind: result.table for kind, result in imported.items()}
    history = imported["customers"].stage_history if "customers" in imported else None
    return Dataset(imported, Tables(**tables, stage_history=history, currency=imported["orders"].currency))


def open_workspace(dataset: Dataset, engine: Engine, as_of: date | None = None) -> Workspace:
    """Put the tables into an engine; the as-of day is the last order's unless given.

    Raises
    ------
    PeriodError
        When ``as_of`` lies outside the days that the files cover.
    """
    workspace = Workspace(dataset, load_frames(dataset.tables, engine), dataset.tables.last_order_day)
    return workspace if as_of is None else workspace.at(to_day(as_of))


def count_rules(workspace: Workspace, framework: Framework) -> pd.DataFrame:
    """How many each rule decides at the as-of day, in the order asked, zeros included: `rule`, `stage`, `n_customers`, `share`.

    Raises
    ------
    DefinitionError
        When the framework has a fault.
    """
    _require_sound(workspace, framework)
    numbered = workspace.today.select(framework.rule_number().alias(c.RULE_NO))
    counted = collect(numbered.group_by(c.RULE_NO).agg(nw.len().alias(c.N_CUSTOMERS))).set_index(c.RULE_NO)
    by_rule = counted[c.N_CUSTOMERS].astype("int64").reindex(range(len(framework.rules)), fill_value=0)
    return rule_sizes(by_rule.to_numpy(np.int64), framework)


def count_now(workspace: Workspace, framework: Framework) -> pd.DataFrame:
    """How many are in each stage at the as-of day, the first thing a person wants to see: `stage`, `n_customers`, `share`.

    Raises
    ------
    DefinitionError
        When the framework has a fault.
    """
    return count_by_stage(count_rules(workspace, framework), framework)


def count_by_stage(by_rule: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """The counts of :func:`count_rules` by stage in lifecycle order, zeros included: `stage`, `n_customers`, `share`."""
    stages = framework.stage_ids
    n = np.bincount(framework.place_of_rule[:-1], by_rule[c.N_CUSTOMERS], len(stages)).astype(np.int64)
    return pd.DataFrame({c.STAGE: stages, c.N_CUSTOMERS: n, c.SHARE: n / max(int(n.sum()), 1)})


def words_of(workspace: Workspace, feature: str, most: int = 200) -> list[str]:
    """The texts that a feature has at the as-of day, the commonest first: what a rule can ask for."""
    counted = workspace.today.group_by(feature).agg(nw.len().alias(c.N_CUSTOMERS))
    known = collect(counted.filter(~nw.col(feature).is_null()))
    ordered = known.sort_values([c.N_CUSTOMERS, feature], ascending=[False, True])
    return [str(word) for word in ordered[feature].head(most)]


def read_lifecycle(workspace: Workspace, framework: Framework) -> Lifecycle:
    """Count stages and moves under a framework; this is all that changes when a limit moves.

    Raises
    ------
    DefinitionError
        When the framework has a fault.
    """
    _require_sound(workspace, framework)
    moves = count_moves(workspace.ledger, framework)
    stock = stock_and_flow(moves, framework)
    now = stock[stock[c.AS_OF] == stock[c.AS_OF].max()]
    counts = now[[c.STAGE, c.N_CUSTOMERS, c.SHARE]].reset_index(drop=True)
    return Lifecycle(framework, counts, moves, stock)


def ledger_for(workspace: Workspace, framework: Framework, unit: Unit = "month", known_days: int = 0) -> Ledger:
    """The ledger by month or week, of those known for at least ``known_days``, for a framework that can be used on it.

    Raises
    ------
    DefinitionError
        When the framework has a fault; the first is named.
    InputError
        When the history is too large to be followed by week.
    """
    _require_sound(workspace, framework)
    ledger = workspace.ledger if unit == "month" else workspace.weekly_ledger
    return ledger.known_for(known_days) if known_days else ledger


def _require_sound(workspace: Workspace, framework: Framework) -> None:
    require_framework(framework, known_features(workspace.frames), f"framework '{framework.name}'")


@dataclass(frozen=True)
class Story:
    """One customer as at the as-of day.

    ``features`` holds what is known of them by feature name; ``rules`` is the truth table of
    :func:`clm_core.stages.explain_customer`; ``tests`` what would turn each comparison, see
    :func:`clm_core.timeline.what_would_move`; ``told`` their orders, events, stages so far and changes to come.
    """

    features: dict[str, Any]
    rules: pd.DataFrame
    tests: pd.DataFrame
    told: Timeline


def tell_story(workspace: Workspace, framework: Framework, customer_id: str) -> Story:
    """Why one customer is in their stage, how they came there, and what will move them.

    Raises
    ------
    InputError
        When nobody of that id is known at the as-of day.
    """
    _require_sound(workspace, framework)
    one = workspace.today.filter(nw.col(c.CUSTOMER_ID) == customer_id)
    features = known_features(workspace.frames)
    known = one.select(*features).collect("pyarrow").to_arrow().to_pylist()
    if not known:
        raise InputError(
            "Nobody of that id is known at the as-of day.",
            where="customer",
            found=customer_id,
            allowed="an id as in the orders or customers file",
            next_step="Check the spelling, or choose a later as-of day.",
        )
    return Story(
        known[0],
        explain_customer(one, framework, features),
        up_to_the_deciding(what_would_move(one, framework, features)),
        timeline(workspace.frames, workspace.ledger, framework, customer_id),
    )


def list_customers(
    workspace: Workspace, framework: Framework, personas: tuple[Persona, ...], scores: Scores | None = None
) -> pd.DataFrame:
    """One row per customer known at the as-of day, by id: features, stage and its rule, persona, scores.

    Raises
    ------
    DefinitionError
        When the framework or a persona has a fault.
    """
    _require_sound(workspace, framework)
    features = known_features(workspace.frames)
    require_sound(personas, features)
    numbered = assign_personas(assign_rules(workspace.today, framework), personas)
    days = [c.FIRST_ORDER_DAY, c.LAST_ORDER_DAY]
    table = collect(numbered.select(c.CUSTOMER_ID, *features, *days, c.RULE_NO, PERSONA_NO))
    named = name_stages(table, framework)
    named[c.PERSONA] = named.pop(PERSONA_NO).astype(int).map(dict(enumerate(persona_names(personas))))
    for at, day in ((c.FIRST_ORDER_AT, c.FIRST_ORDER_DAY), (c.LAST_ORDER_AT, c.LAST_ORDER_DAY)):
        named[at] = pd.Timestamp(EPOCH) + pd.to_timedelta(named.pop(day).astype("Float64").astype("float64"), unit="D")
    if scores is not None:
        named = named.merge(scores.table, on=c.CUSTOMER_ID, how="left", validate="one_to_one")
    return named.sort_values(c.CUSTOMER_ID, ignore_index=True)
