"""Text rows to events: contacts and actions in the kinds the project knows."""

from __future__ import annotations

from typing import Any

from clm_core import columns as c
from clm_core.errors import InputError, Issue
from clm_core.ingest.aliases import EVENT_KIND_OF, NO_CONTACT_WORDS, ORDER_EVENT_WORDS, fold
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
from clm_core.ingest.building.reasons import judge
from clm_core.ingest.mapping import Mapping
from clm_core.ingest.query import arrow, count, literal, one_row
from clm_core.ingest.reading.cells import Cells
from clm_core.ingest.splitting.read import Source
from clm_core.tables import EVENT_KINDS, EVENTS
from clm_core.wording import count as counted

NO_KIND = "no kind"
UNKNOWN_KIND = "unknown kind of event"
ORDER_EVENT = "order, read from the orders file"
NO_CONTACT = "note or task of your team"
SURVEY = "survey"


def build_events(con: Any, source: Source, mapping: Mapping) -> Built:
    """Build the events table from ``source``; leave ``judged`` behind.

    Raises
    ------
    InputError
        When no row can be used, or the kind that the mapping gives for every row is not known.
    """
    cells = Cells(con, source, mapping, "events")
    _create_kinds(con, cells)
    con.execute(
        f"""create temp table happenings as select s.rowid + 1 as row, s.problem as problem, {cells.value(c.CUSTOMER_ID)} as customer_id,
                {cells.value(c.OCCURRED_AT)} as occurred_at, {cells.is_given(c.OCCURRED_AT)} as has_date,
                {cells.value(c.KIND)} as word, k.kind as kind, k.why_not as why_not,
                {cells.value(c.CHANNEL)} as channel, {cells.value(c.VALUE)} as value
              from {cells.rows} left join kinds k on k.raw = {_raw_kind(cells)}"""
    )
    judge(
        con,
        "happenings",
        f"""case when problem is not null then problem
            when occurred_at is null then if(has_date, {literal(BAD_DATE)}, {literal(NO_DATE)})
            when word is null then {literal(NO_KIND)}
            when kind is null then coalesce(why_not, {literal(UNKNOWN_KIND)}) end""",
    )
    check_any_kept(con, source)
    optional = "".join(f", {role}" for role in (c.CHANNEL, c.VALUE) if cells.has(role) or role in mapping.constants)
    table = arrow(
        con,
        f"""select customer_id, occurred_at, date_diff('day', date '1970-01-01', occurred_at::date)::int as day, kind
            {optional}
        from judged where reason is null order by day, occurred_at, row""",
    )
    issues = [*reason_issues(con, cells, {BAD_DATE: c.OCCURRED_AT, UNKNOWN_KIND: c.KIND, ORDER_EVENT: c.KIND})]
    issues += zone_issues(con, cells, c.OCCURRED_AT)
    issues += [*_unknown_kinds(con), *_anonymous(con), *unreadable_issues(cells, (c.VALUE,)), *_scores(con, cells)]
    return Built(checked(table, EVENTS), tuple(issues))


def _raw_kind(cells: Cells) -> str:
    """The text that tells the kind: the column's cell, or the word that holds for every row."""
    return cells.raw(c.KIND) if cells.has(c.KIND) else cells.value(c.KIND)


def _create_kinds(con: Any, cells: Cells) -> None:
    """Fold each distinct word once; the words of one file are few."""
    raw = _raw_kind(cells)
    words = [row[0] for row in con.execute(f"select distinct {raw} from source s where {raw} is not null").fetchall()]
    con.execute("create temp table kinds (raw varchar, kind varchar, why_not varchar)")
    folded = {word: fold(word) for word in words}
    known = EVENT_KIND_OF.keys() | ORDER_EVENT_WORDS | NO_CONTACT_WORDS
    rows = [(word, EVENT_KIND_OF.get(key), _why_not(key)) for word, key in folded.items() if key in known]
    if rows:
        con.executemany("insert into kinds values (?, ?, ?)", rows)
    if not cells.has(c.KIND) and not any(kind for _, kind, _ in rows):
        word = cells.mapping.constants.get(c.KIND, "")
        raise InputError(
            f"The kind of event given for every row is not known: '{word}'.",
            where=f"mapping of {cells.source.file_name}, constants",
            found=word,
            allowed=", ".join(EVENT_KINDS),
            next_step="Choose one of these kinds.",
        )


def _why_not(word: str) -> str | None:
    if word in ORDER_EVENT_WORDS:
        return ORDER_EVENT
    return NO_CONTACT if word in NO_CONTACT_WORDS else None


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


def _scores(con: Any, cells: Cells) -> list[Issue]:
    """What is to be told about a survey's answers: those without a score, and scores that are no 0 to 10."""
    if not cells.has(c.VALUE):
        return []
    n_blank, n_odd, examples = one_row(
        con,
        f"""select count(*) filter (value is null), count(*) filter (value <> round(value) or value not between 0 and 10),
            list(distinct value) filter (value <> round(value) or value not between 0 and 10)[:5]
        from judged where reason is null and kind = {literal(SURVEY)}""",
    )
    issues = []
    if n_blank:
        message = f"{counted(n_blank, 'survey answer')} without a score: kept as a contact, not counted in scores."
        issues.append(Issue("info", "answers_without_score", message, int(n_blank)))
    if n_odd:
        message = (
            f"{counted(n_odd, 'survey answer')} with a score that is not a whole number from 0 to 10: is "
            f"'{cells.mapping.columns[c.VALUE]}' the question about recommending?"
        )
        shown = tuple(f"{score:g}" for score in sorted(examples))
        issues.append(Issue("warning", "scores_out_of_range", message, int(n_odd), shown, "columns"))
    return issues
