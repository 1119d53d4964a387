"""Text rows to events: contacts and actions in the kinds the project knows."""

from __future__ import annotations

from typing import Any

from clm_core import columns as c
from clm_core.errors import Issue
from clm_core.ingest.aliases import EVENT_KIND_OF, fold
from clm_core.ingest.built import (
    BAD_DATE,
    NO_DATE,
    Built,
    check_any_kept,
    checked,
    counted,
    reason_issues,
    unreadable_issues,
    zone_issues,
)
from clm_core.ingest.cells import Cells
from clm_core.ingest.mapping import Mapping
from clm_core.ingest.query import arrow, count
from clm_core.ingest.read import Source
from clm_core.ingest.values import literal
from clm_core.tables import EVENT_KINDS, EVENTS

NO_KIND = "no kind"
UNKNOWN_KIND = "unknown kind of event"


def build_events(con: Any, source: Source, mapping: Mapping) -> Built:
    """Build the events table from ``source``; leave ``judged`` behind."""
    cells = Cells(con, source, mapping, "events")
    _create_kinds(con, cells)
    con.execute(
        f"""create temp table judged as select *, case when problem is not null then problem
            when occurred_at is null then if(has_date, {literal(BAD_DATE)}, {literal(NO_DATE)})
            when word is null then {literal(NO_KIND)}
            when kind is null then {literal(UNKNOWN_KIND)} end as reason
        from (select s.rowid + 1 as row, s.problem as problem, {cells.value(c.CUSTOMER_ID)} as customer_id,
                {cells.value(c.OCCURRED_AT)} as occurred_at, {cells.is_given(c.OCCURRED_AT)} as has_date,
                {cells.value(c.KIND)} as word, k.kind as kind, {cells.value(c.CHANNEL)} as channel,
                {cells.value(c.VALUE)} as value
              from {cells.rows} left join kinds k on k.raw = {cells.raw(c.KIND)})"""
    )
    check_any_kept(con, source)
    optional = "".join(f", {role}" for role in (c.CHANNEL, c.VALUE) if cells.has(role))
    table = arrow(
        con,
        f"""select customer_id, occurred_at, date_diff('day', date '1970-01-01', occurred_at::date)::int as day, kind
            {optional}
        from judged where reason is null order by day, occurred_at, row""",
    )
    issues = [*reason_issues(con, cells, {BAD_DATE: c.OCCURRED_AT, UNKNOWN_KIND: c.KIND})]
    issues += zone_issues(con, cells, c.OCCURRED_AT)
    issues += [*_unknown_kinds(con), *_anonymous(con), *unreadable_issues(cells, (c.VALUE,))]
    return Built(checked(table, EVENTS), tuple(issues))


def _create_kinds(con: Any, cells: Cells) -> None:
    """Fold each distinct word once; the words of one file are few."""
    raw = cells.raw(c.KIND)
    words = [row[0] for row in con.execute(f"select distinct {raw} from source s where {raw} is not null").fetchall()]
    con.execute("create temp table kinds (raw varchar, kind varchar)")
    pairs = [(word, EVENT_KIND_OF[fold(word)]) for word in words if fold(word) in EVENT_KIND_OF]
    if pairs:
        con.executemany("insert into kinds values (?, ?)", pairs)


def _unknown_kinds(con: Any) -> list[Issue]:
    rows = con.execute(
        f"select word, count(*) from judged where reason = {literal(UNKNOWN_KIND)} group by 1 order by 2 desc, 1"
    ).fetchall()
    if not rows:
        return []
    listed = ", ".join(f"'{word}' ({n:,})" for word, n in rows[:5])
    message = f"Kinds of event that are not known: {listed}. Known are {', '.join(EVENT_KINDS)}."
    return [Issue("info", "unknown_kinds", message, sum(n for _, n in rows), tuple(str(word) for word, _ in rows[:5]))]


def _anonymous(con: Any) -> list[Issue]:
    n = count(con, "select count(*) from judged where reason is null and customer_id is null")
    message = f"{counted(n, 'event')} without customer: counted in totals, for nobody in particular."
    return [Issue("info", "anonymous_events", message, n)] if n else []
