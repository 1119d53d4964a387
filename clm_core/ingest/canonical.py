"""Files to canonical tables: load, look, read the dates, build, and account for every row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from clm_core.errors import Issue
from clm_core.ingest.building.built import Built, StatusCount, set_aside
from clm_core.ingest.building.customers import build_customers
from clm_core.ingest.building.events import build_events
from clm_core.ingest.building.orders import build_orders
from clm_core.ingest.building.spend import build_spend
from clm_core.ingest.mapping import Mapping, check_mapping
from clm_core.ingest.presets import check_kind
from clm_core.ingest.recognising.day_order import find_order, order_issues
from clm_core.ingest.recognising.guess import Guess
from clm_core.ingest.recognising.inspection import Inspection, look_at
from clm_core.ingest.recognising.period import check_period, with_period
from clm_core.ingest.roles import ROLES, TableKind
from clm_core.ingest.splitting.read import Source, load
from clm_core.ingest.watch import Watch
from clm_core.ingest.workspace import open_workspace

_BUILDERS: dict[TableKind, Callable[[Any, Source, Mapping], Built]] = {
    "orders": build_orders,
    "customers": build_customers,
    "events": build_events,
    "spend": build_spend,
}


@dataclass(frozen=True)
class Imported:
    """A canonical table with everything needed to account for it: rows set aside, findings, the mapping used."""

    kind: TableKind
    table: pa.Table
    set_aside: pa.Table
    issues: tuple[Issue, ...]
    mapping: Mapping
    inspection: Inspection
    rows_read: int
    rows_kept: int
    rows_set_aside: int
    currency: str
    stage_history: pa.Table | None = None
    statuses: tuple[StatusCount, ...] = ()
    """What each order status was taken to mean."""


def import_table(
    paths: Sequence[Path],
    kind: TableKind = "orders",
    mapping: Mapping | None = None,
    *,
    hash_emails: bool = False,
    watch: Watch | None = None,
) -> Imported:
    """Read files into one canonical table; rows that cannot be used are set aside with a reason.

    Parameters
    ----------
    paths
        One file, or several of one shape that together are one history.
    kind
        What the rows are: orders, customers, events or spend.
    mapping
        Which column plays which role. Guessed where it is left out. A ``date_order`` of "ymd" leaves dates such as
        03/04/2026 to the evidence of the whole column.
    hash_emails
        Every e-mail address becomes its SHA-256 at the door, before anything else sees it.
    watch
        Told of each step; it can cancel.

    Returns
    -------
    Imported
        The table, the rows set aside, the findings, and counts with ``rows_read = rows_kept + rows_set_aside``.

    Raises
    ------
    InputError
        When a file cannot be read, lacks a required column, or has no row that can be used.
    MappingError
        When the mapping names a column or role that does not exist, or the files have different columns.
    Cancelled
        When the watcher cancelled.
    """
    with open_workspace(watch) as workspace:
        con = workspace.con
        source = load(workspace, paths, hash_emails=hash_emails)
        inspection = look_at(workspace, source, kind)
        used, date_issues = _settle_mapping(con, source, kind, mapping, inspection)
        workspace.begin(f"Counting {kind}" if kind in ("orders", "customers") else f"Reading {kind}")
        built = _BUILDERS[kind](con, source, used)
        aside = set_aside(con, source)
        return Imported(
            kind=kind,
            table=built.table,
            set_aside=aside,
            issues=(*_reading_issues(inspection), *_choice_issues(inspection, used), *date_issues, *built.issues),
            mapping=used,
            inspection=inspection,
            rows_read=source.n_rows,
            rows_kept=source.n_rows - len(aside),
            rows_set_aside=len(aside),
            currency=built.currency,
            stage_history=built.stage_history,
            statuses=built.statuses,
        )


def _settle_mapping(
    con: Any, source: Source, kind: TableKind, mapping: Mapping | None, inspection: Inspection
) -> tuple[Mapping, list[Issue]]:
    """The mapping that is used, checked against the file, and what is open about its dates."""
    if mapping is None:  # a mapping that somebody chose stands, whatever the file looks like
        check_kind(inspection.preset, kind, source.file_name)
    used = with_period(con, source, kind, mapping or inspection.guess.mapping)
    check_period(source, kind, used)
    check_mapping(used, source, kind)
    return _settle_date_order(con, source, kind, used, inspection.guess if mapping is None else None)


def _reading_issues(inspection: Inspection) -> list[Issue]:
    return [Issue("warning", "reading_note", note) for note in inspection.dialect.notes]


def _choice_issues(inspection: Inspection, mapping: Mapping) -> tuple[Issue, ...]:
    """What the guess of the columns has to say, while its columns hold."""
    return inspection.guess.issues if mapping.columns == inspection.guess.mapping.columns else ()


def _settle_date_order(
    con: Any, source: Source, kind: TableKind, mapping: Mapping, guess: Guess | None
) -> tuple[Mapping, list[Issue]]:
    """The mapping with the date order that is used, and what is open about it; an order the user chose stands."""
    role = next((r.name for r in ROLES[kind] if r.holds == "date" and r.name in mapping.columns), None)
    if role is None or (mapping.date_order != "ymd" and guess is None):
        return mapping, []
    evidence = guess.date_order if guess else find_order(con, source, source.sql(mapping.columns[role]))
    return mapping.model_copy(update={"date_order": evidence.order}), order_issues(evidence, mapping.columns[role])
