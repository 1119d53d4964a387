"""The stages that another system recorded: one column a stage, with the moment at which each customer entered it."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa

from clm_core import columns as c
from clm_core.errors import Issue
from clm_core.ingest.building.built import checked
from clm_core.ingest.mapping import Mapping
from clm_core.ingest.presets import column_for, load_preset
from clm_core.ingest.query import arrow, literal, one_row
from clm_core.ingest.reading.moments import DateOrder, moments_sql
from clm_core.ingest.recognising.day_order import find_order
from clm_core.ingest.splitting.read import Source
from clm_core.tables import STAGE_HISTORY
from clm_core.wording import count as counted

_QUOTED = re.compile(r"[\"“„«]\s*(.+?)\s*[\"”“»]")
_PIPELINE = re.compile(r"\s*\([^()]*\)$")


def stage_columns(source: Source, mapping: Mapping) -> dict[int, str]:
    """Positions of the columns that hold when a stage was entered, each with the stage; none where the export has no such."""
    pattern = load_preset(mapping.preset).stage_entered if mapping.preset else ""
    used = set(mapping.columns.values())
    if not pattern:
        return {}
    return {
        i: _stage_of(name, pattern)
        for i, name in enumerate(source.names)
        if name not in used and column_for([pattern], [name])
    }


def _stage_of(name: str, pattern: str) -> str:
    """The stage in a header such as ``Date entered "Customer (Lifecycle Stage Pipeline)"``: Customer."""
    quoted = _QUOTED.search(name)
    bare = re.compile(re.escape(pattern).replace(r"\*", "(.*)").replace('"', '"?'), re.IGNORECASE).fullmatch(name)
    stage = quoted[1] if quoted else bare[1] if bare else name
    return _PIPELINE.sub("", stage.strip()) or stage.strip()


def build_stage_history(
    con: Any, source: Source, mapping: Mapping, stages: dict[int, str]
) -> tuple[pa.Table | None, list[Issue]]:
    """One row for each stage that a kept customer of ``judged`` entered, by customer and day; what was noticed."""
    if not stages:
        return None, []
    cells = " union all ".join(
        f"select rowid + 1 as row, {literal(stage)} as stage, c{i} as raw from source where known(c{i}) is not null"
        for i, stage in stages.items()
    )
    con.execute(f"create temp table stage_cells as {cells}")
    con.execute("drop table if exists distinct_cells")
    con.execute(
        "create temp table distinct_cells as select raw, known(raw) as x from (select distinct raw from stage_cells)"
    )
    con.execute(f"create temp table stage_moments as {moments_sql(con, _date_order(con, source, mapping, stages))}")
    table = arrow(
        con,
        """select distinct customer_id, stage, value as entered_at,
            date_diff('day', date '1970-01-01', value::date)::int as day
        from stage_cells e join judged j on j.row = e.row join stage_moments m on m.raw = e.raw
        where j.reason is null and value is not null order by customer_id, entered_at, stage""",
    )
    return checked(table, STAGE_HISTORY), _issues(con, table)


def _date_order(con: Any, source: Source, mapping: Mapping, stages: dict[int, str]) -> DateOrder:
    """The order of the file's own dates; where those leave it open, what the stage columns speak for."""
    if mapping.date_order != "ymd":
        return mapping.date_order
    orders = (find_order(con, source, f"c{i}").order for i in stages)
    return next((order for order in orders if order != "ymd"), "ymd")


def _issues(con: Any, table: pa.Table) -> list[Issue]:
    n_bad, examples = one_row(
        con,
        """select count(*), list(distinct e.raw)[:5] from stage_cells e join stage_moments m on m.raw = e.raw
        where m.value is null and m.is_given""",
    )
    n_customers = len(set(table[c.CUSTOMER_ID].to_pylist()))
    message = f"The file tells {counted(len(table), 'stage change')} of {counted(n_customers, 'customer')}."
    issues = [Issue("info", "stage_history", message, len(table))] if len(table) else []
    if n_bad:
        message = f"{counted(n_bad, 'date')} of a stage left out: not readable."
        issues.append(Issue("warning", "stage_date_not_readable", message, int(n_bad), tuple(sorted(examples))))
    return issues
