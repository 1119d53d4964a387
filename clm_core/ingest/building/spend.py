"""Text rows to spend: what each channel cost in each period, and what it did there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clm_core import columns as c
from clm_core.errors import InputError, Issue
from clm_core.ingest.building.built import (
    BAD_DATE,
    NO_DATE,
    Built,
    check_any_kept,
    checked,
    reason_issues,
    unreadable_issues,
    zone_issues,
)
from clm_core.ingest.building.one_currency import row_currency_sql, settle_currency
from clm_core.ingest.building.reasons import give_reason, judge
from clm_core.ingest.building.totals import TOTAL_ROW, total_row_sql
from clm_core.ingest.mapping import Mapping
from clm_core.ingest.query import arrow, count, literal
from clm_core.ingest.reading.cells import Cells
from clm_core.ingest.recognising.period import create_month_starts, find_periods
from clm_core.ingest.roles import ROLES
from clm_core.ingest.splitting.read import Source
from clm_core.tables import SPEND
from clm_core.wording import count as counted

NO_CHANNEL = "no channel"
NO_COST = "no cost"
BAD_COST = "cost not readable"
NO_FIGURE = "no number in any column"
_COUNTS = (c.IMPRESSIONS, c.CLICKS, c.CONVERSIONS, c.SESSIONS, c.SENDS, c.OPENS)
_MONEY = (c.COST, c.REVENUE)
_FIGURES = (c.COST, *_COUNTS, c.REVENUE)


def build_spend(con: Any, source: Source, mapping: Mapping) -> Built:
    """Build the spend table from ``source``; leave ``judged`` behind. Cost is null throughout where the file tells none.

    Raises
    ------
    InputError
        When the file has neither a cost nor any count, or no row can be used.
    """
    cells = Cells(con, source, mapping, "spend")
    create_month_starts(con, cells.raw(c.STARTS_ON).removeprefix("s."))
    figures = [role for role in _FIGURES if cells.has(role)]
    if not figures:
        raise _nothing_counted(source)
    _create_judged(con, cells, figures)
    _set_totals_aside(con, figures[0])
    currency, currency_issues = settle_currency(con, cells, tuple(role for role in _MONEY if cells.has(role)))
    check_any_kept(con, source)
    optional = "".join(f", {role}" for role in (c.STAGE, *_FIGURES[1:]) if cells.has(role))
    table = arrow(
        con,
        f"""select channel, starts_on, date_diff('day', date '1970-01-01', starts_on::date)::int as day, cost {optional}
        from judged where reason is null order by day, channel, row""",
    )
    issues = [_as_note(issue) for issue in reason_issues(con, cells, {BAD_DATE: c.STARTS_ON, BAD_COST: c.COST})]
    issues += [*zone_issues(con, cells, c.STARTS_ON), *unreadable_issues(cells, _FIGURES[1:])]
    issues += [*currency_issues, *_period_issues(con, cells), *_cost_issues(cells)]
    return Built(checked(table, SPEND), tuple(issues), currency)


def _nothing_counted(source: Source) -> InputError:
    numbers = [role.name for role in ROLES["spend"] if role.holds == "number"]
    return InputError(
        f"No column of '{source.file_name}' tells what a channel cost or did.",
        where=f"{source.file_name}, header",
        found=", ".join(source.names),
        allowed=f"a column for at least one of {', '.join(numbers)}",
        next_step="Name such a column in the mapping, or export the report again with its cost and counts.",
    )


def _create_judged(con: Any, cells: Cells, figures: list[str]) -> None:
    """Read every role of every row once, and give each row the first reason that keeps it out, or none."""
    blank = " and ".join(f"{role} is null" for role in figures)
    missing = f"when {blank} then {literal(NO_FIGURE)}"
    if cells.has(c.COST):
        missing = f"when cost is null then if(has_cost, {literal(BAD_COST)}, {literal(NO_COST)})"
    money = next((role for role in _MONEY if cells.has(role)), c.COST)
    numbers = ", ".join(f"{cells.value(role)} as {role}" for role in _FIGURES)
    con.execute(
        f"""create temp table spend_rows as select s.rowid + 1 as row, s.part as part, s.problem as problem, {_is_total(cells)} as is_total,
                {cells.value(c.CHANNEL)} as channel, {_starts_on(con, cells)} as starts_on,
                {cells.is_given(c.STARTS_ON)} as has_date, {cells.is_given(c.COST)} as has_cost,
                {cells.value(c.STAGE)} as stage, {row_currency_sql(cells, money)} as currency, {numbers}
              from {cells.rows} left join month_starts on month_starts.raw = {cells.raw(c.STARTS_ON)}"""
    )
    judge(
        con,
        "spend_rows",
        f"""case when problem is not null then problem
            when is_total then {literal(TOTAL_ROW)}
            when channel is null then {literal(NO_CHANNEL)}
            when starts_on is null then if(has_date, {literal(BAD_DATE)}, {literal(NO_DATE)})
            {missing} end""",
    )


def _is_total(cells: Cells) -> str:
    """True where a cell that holds no figure says that the row is a total."""
    figures = {cells.mapping.columns[role] for role in _FIGURES if cells.has(role)}
    return total_row_sql(f"s.{cells.source.sql(name)}" for name in cells.source.names if name not in figures)


def _starts_on(con: Any, cells: Cells) -> str:
    """The period's first day: the row's own, else that above the table of the row's file, else one for all rows."""
    if cells.has(c.STARTS_ON):
        return f"coalesce(month_starts.first_day, {cells.value(c.STARTS_ON)})"
    periods = find_periods(con, cells.source)
    if not any(periods):
        return cells.value(c.STARTS_ON)
    days = (f"when {part} then timestamp '{period.first}'" for part, period in enumerate(periods) if period)
    return f"case s.part {' '.join(days)} end"


def _set_totals_aside(con: Any, figure: str) -> None:
    """A row without channel whose figure is the sum of its file's other rows is their total, whatever it says."""
    give_reason(
        con,
        literal(TOTAL_ROW),
        f"""reason = {literal(NO_CHANNEL)} and row in (
            select t.row from judged t join (
                select part, sum({figure}) as total, count(*) as n from judged
                where channel is not null and not is_total group by part) o on o.part = t.part
            where abs(t.{figure} - o.total) <= 0.005 * (o.n + 1))""",
    )


def _as_note(issue: Issue) -> Issue:
    """Totals are set aside rightly: that is worth a note, no warning."""
    return replace(issue, severity="info") if issue.message.endswith(f"{TOTAL_ROW}.") else issue


def _period_issues(con: Any, cells: Cells) -> list[Issue]:
    """A note where rows have no day of their own."""
    if cells.has(c.STARTS_ON):
        return []
    days = con.execute("select distinct starts_on::date from judged where reason is null order by 1").fetchall()
    listed = ", ".join(str(day) for (day,) in days)
    n = count(con, "select count(*) from judged where reason is null")
    message = f"The rows have no day of their own: {counted(n, 'row')} dated by the period of the report, {listed}."
    return [Issue("info", "one_period", message, n, tuple(str(day) for (day,) in days[:5]), "columns")]


def _cost_issues(cells: Cells) -> list[Issue]:
    if cells.has(c.COST):
        return []
    message = "The file tells no cost: what a channel did is counted, what it cost is not known."
    return [Issue("info", "no_cost", message)]
