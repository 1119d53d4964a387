"""Day-first or month-first: the evidence in a column of short dates, and what to say where it is open or contradicts itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from clm_core.errors import Issue
from clm_core.ingest.query import literal, one_row
from clm_core.ingest.reading.distinct import distinct_cells
from clm_core.ingest.reading.moments import SHORT_START, DateOrder, moments_of
from clm_core.ingest.splitting.read import Source
from clm_core.wording import count as counted

_SWITCH = "date_order"


@dataclass(frozen=True)
class OrderEvidence:
    """Which order of day and month a column speaks for.

    Where it is open, ``example`` is one cell and ``readings`` what it means day-first and month-first. Where some rows can
    only be the one and some only the other, ``n_against`` rows do not fit the order, ``against`` being examples.
    """

    order: DateOrder
    example: str = ""
    readings: tuple[str, str] = ("", "")
    n_against: int = 0
    against: tuple[str, ...] = ()

    @property
    def is_ambiguous(self) -> bool:
        """True when every date can be read both ways."""
        return bool(self.example)


def find_order(con: Any, source: Source, column: str) -> OrderEvidence:
    """Decide day-first or month-first from every short date in a column of ``source``."""
    cells = distinct_cells(con, source, column)
    first, dotted, example, n_day_first, n_month_first = one_row(
        con,
        f"""
        -- a cell that begins with three digits is cheaply seen to be no short date
        with cells as (select known(raw) as x from {cells} where not regexp_matches(raw, '^[0-9]{{3}}')),
        parts as (select x, regexp_extract(x, {literal(SHORT_START)}, ['a', 'sep', 'b', 'y']) as p
                  from cells where regexp_matches(x, {literal(SHORT_START)}))
        select max(p.a::int), bool_and(p.sep = '.'), min(x) filter (p.a::int <> p.b::int),
               count(*) filter (p.a::int > 12), count(*) filter (p.b::int > 12) from parts""",
    )
    if first is None or first > 31:
        return OrderEvidence("ymd")
    if n_day_first or n_month_first:
        order: DateOrder = "dmy" if n_day_first >= n_month_first else "mdy"
        n, examples = _against(con, cells, order) if n_day_first and n_month_first else (0, ())
        return OrderEvidence(order, n_against=n, against=examples)
    # dots are written day-first wherever they are written; equal parts read the same both ways
    if dotted or example is None:
        return OrderEvidence("dmy")
    return OrderEvidence("dmy", example, (_reading(con, example, "dmy"), _reading(con, example, "mdy")))


def order_issues(evidence: OrderEvidence, column: str) -> list[Issue]:
    """What a user should decide about the order of day and month."""
    taken = "Day-first" if evidence.order == "dmy" else "Month-first"
    if evidence.is_ambiguous:
        day_first, month_first = evidence.readings
        message = (
            f"Dates in '{column}' can be read day-first or month-first: '{evidence.example}' is {day_first} or "
            f"{month_first}. Day-first was taken; set the date order in the mapping if that is wrong."
        )
        return [Issue("warning", "date_order_ambiguous", message, 0, (evidence.example,), _SWITCH)]
    if evidence.n_against:
        message = (
            f"Dates in '{column}' are written in two ways: most day-and-month dates are {taken.lower()}, but "
            f"{counted(evidence.n_against, 'row')} cannot be, such as '{evidence.against[0]}'. A spreadsheet may have turned "
            f"some dates round, so others may be wrong unseen. {taken} was taken and the rest set aside; export the file again "
            "without opening it in a spreadsheet."
        )
        return [Issue("warning", "dates_mangled", message, evidence.n_against, evidence.against, _SWITCH)]
    return []


def _against(con: Any, cells: str, order: DateOrder) -> tuple[int, tuple[str, ...]]:
    """Rows whose date cannot be read in the order, and up to five of their cells."""
    too_large = "b" if order == "dmy" else "a"
    n, examples = one_row(
        con,
        f"""with cells as (select known(raw) as x, n from {cells}),
        parts as (select x, n, regexp_extract(x, {literal(SHORT_START)}, ['a', 'sep', 'b', 'y']) as p
                  from cells where regexp_matches(x, {literal(SHORT_START)}))
        select sum(n), list(distinct x order by x)[:5] from parts where p.{too_large}::int > 12""",
    )
    return int(n), tuple(examples)


def _reading(con: Any, cell: str, order: DateOrder) -> str:
    sql = f"select strftime(moment, '%Y-%m-%d') from ({moments_of('select $c as raw, $c as x', order)})"
    return str(one_row(con, sql, {"c": cell})[0] or "")
