"""Text rows to spend: what each channel cost in each period."""

from __future__ import annotations

from typing import Any

from clm_core import columns as c
from clm_core.ingest.built import (
    BAD_DATE,
    NO_DATE,
    Built,
    check_any_kept,
    checked,
    reason_issues,
    unreadable_issues,
    zone_issues,
)
from clm_core.ingest.cells import Cells
from clm_core.ingest.mapping import Mapping
from clm_core.ingest.query import arrow
from clm_core.ingest.read import Source
from clm_core.ingest.values import literal
from clm_core.tables import SPEND

NO_CHANNEL = "no channel"
NO_COST = "no cost"
BAD_COST = "cost not readable"
_NUMBERS = (c.IMPRESSIONS, c.CLICKS, c.CONVERSIONS)


def build_spend(con: Any, source: Source, mapping: Mapping) -> Built:
    """Build the spend table from ``source``; leave ``judged`` behind."""
    cells = Cells(con, source, mapping, "spend")
    numbers = ", ".join(f"{cells.value(role)} as {role}" for role in (c.COST, *_NUMBERS))
    con.execute(
        f"""create temp table judged as select *, case when problem is not null then problem
            when channel is null then {literal(NO_CHANNEL)}
            when starts_on is null then if(has_date, {literal(BAD_DATE)}, {literal(NO_DATE)})
            when cost is null then if(has_cost, {literal(BAD_COST)}, {literal(NO_COST)}) end as reason
        from (select s.rowid + 1 as row, s.problem as problem, {cells.value(c.CHANNEL)} as channel,
                {cells.value(c.STARTS_ON)} as starts_on, {cells.is_given(c.STARTS_ON)} as has_date,
                {cells.is_given(c.COST)} as has_cost, {cells.value(c.STAGE)} as stage, {numbers}
              from {cells.rows})"""
    )
    check_any_kept(con, source)
    optional = "".join(f", {role}" for role in (c.STAGE, *_NUMBERS) if cells.has(role))
    table = arrow(
        con,
        f"""select channel, starts_on, date_diff('day', date '1970-01-01', starts_on::date)::int as day, cost {optional}
        from judged where reason is null order by day, channel, row""",
    )
    issues = reason_issues(con, cells, {BAD_DATE: c.STARTS_ON, BAD_COST: c.COST})
    issues += zone_issues(con, cells, c.STARTS_ON)
    issues += unreadable_issues(cells, _NUMBERS)
    return Built(checked(table, SPEND), tuple(issues))
