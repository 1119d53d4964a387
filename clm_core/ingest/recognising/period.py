"""The period that a report states above its table, for reports whose rows carry no day of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from clm_core import columns as c
from clm_core.errors import InputError
from clm_core.ingest.mapping import Mapping
from clm_core.ingest.presets import load_preset
from clm_core.ingest.query import literal
from clm_core.ingest.reading.moments import DateOrder, moments_of
from clm_core.ingest.roles import TableKind
from clm_core.ingest.splitting.read import Source

_WORD = r"[^\W\d_]+[.]?"
_DATE = re.compile(
    r"\d{4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]?|"
    r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\b|\b(?:19|20)\d{6}\b|"
    rf"\b\d{{1,2}}(?:st|nd|rd|th|er|[.])? (?:de )?{_WORD},? (?:de )?\d{{4}}\b|"
    rf"\b{_WORD} \d{{1,2}}(?:st|nd|rd|th)?, ?\d{{4}}\b"
)
_EAST_ASIAN = re.compile(r"[年月년월]\s?")
# a month as a cell: 2026-09, 202609, 09/2026, September 2026
_YEAR_MONTH, _MONTH_YEAR = r"^(20[0-9]{2})[-/.]?(0?[1-9]|1[0-2])$", r"^(0?[1-9]|1[0-2])[-/.](20[0-9]{2})$"
_NAMED_MONTH = r"^\p{L}{3,}[.]? 20[0-9]{2}$"
_MONTH = re.compile("|".join((_YEAR_MONTH, _MONTH_YEAR, _NAMED_MONTH.replace(r"\p{L}", r"[^\W\d_]"))))


@dataclass(frozen=True)
class Period:
    """The first and the last day that a report covers."""

    first: date
    last: date


def find_period(con: Any, lines: tuple[str, ...]) -> Period | None:
    """The period named in lines above a table: two dates on one line, a line that is one date, or two lines with one each.

    A date alone in a longer line, such as the day of the download, is no period.
    """
    dates = [_DATE.findall(line) for line in lines]
    candidates = [(found[0], found[1]) for found in dates if len(found) == 2]
    candidates += [
        (found[0], found[0])
        for line, found in zip(lines, dates, strict=True)
        if len(found) == 1 and line.strip(' "#,;\t') == found[0]
    ]
    singles = [found[0] for found in dates if len(found) == 1]
    candidates += pairwise(singles)
    periods = (_period(con, first, last) for first, last in candidates)
    return next((period for period in periods if period), None)


def _period(con: Any, first: str, last: str) -> Period | None:
    """The first reading in which the period does not end before it starts."""
    orders: tuple[DateOrder, ...] = ("dmy", "mdy") if re.match(r"\d{1,2}[-/.]", first) else ("ymd",)
    readings = (Period(*days) for order in orders if len(days := _days(con, (first, last), order)) == 2)
    return next((period for period in readings if period.first <= period.last), None)


def _days(con: Any, texts: tuple[str, str], order: DateOrder) -> list[date]:
    plain = [_EAST_ASIAN.sub("-", text).rstrip("日일 ") for text in texts]
    cells = "select i as raw, x from (select unnest([1, 2]) as i, unnest($texts) as x)"
    rows = con.execute(
        f"select moment::date from ({moments_of(cells, order)}) where moment is not null order by raw", {"texts": plain}
    ).fetchall()
    return [day for (day,) in rows]


def is_month(cell: str) -> bool:
    """True for a cell that names a month without a day."""
    return bool(_MONTH.match(cell))


def create_month_starts(con: Any, column: str) -> None:
    """Read the cells of a column of ``source`` that name a month, into a table ``month_starts(raw, first_day)``."""
    cell = (
        f"regexp_replace(regexp_replace(x, {literal(_YEAR_MONTH)}, '\\1-\\2-01'), {literal(_MONTH_YEAR)}, '\\2-\\1-01')"
    )
    months = " or ".join(f"regexp_matches(x, {literal(form)})" for form in (_YEAR_MONTH, _MONTH_YEAR, _NAMED_MONTH))
    cells = f"""select raw, if(regexp_matches(x, {literal(_NAMED_MONTH)}), '1 ' || x, {cell}) as x
        from (select raw, known(raw) as x from (select distinct {column} as raw from source)) where {months}"""
    con.execute(
        f"""create temp table month_starts as
        select raw, moment as first_day from ({moments_of(cells, "ymd")}) where moment is not null"""
    )


def find_periods(con: Any, source: Source) -> tuple[Period | None, ...]:
    """The period above the table of each file, in the order of the files."""
    return tuple(find_period(con, lines) for lines in (source.dialect.preamble, *source.dialect.later_preambles))


def with_period(con: Any, source: Source, kind: TableKind, mapping: Mapping) -> Mapping:
    """The mapping with the first day of the report's period as period start, where no column tells the day.

    What this file says about itself stands above a constant that a recipe brought along from last month's file.
    """
    if kind != "spend" or c.STARTS_ON in mapping.columns:
        return mapping
    period = next((found for found in find_periods(con, source) if found), None)
    if period is None:
        return mapping
    return mapping.model_copy(update={"constants": {**mapping.constants, c.STARTS_ON: period.first.isoformat()}})


def check_period(source: Source, kind: TableKind, mapping: Mapping) -> None:
    """Raise InputError when a report whose period stands above the table tells no day at all."""
    is_told = c.STARTS_ON in mapping.columns or c.STARTS_ON in mapping.constants
    if kind != "spend" or is_told or not mapping.preset or not load_preset(mapping.preset).period_above_table:
        return
    raise InputError(
        f"'{source.file_name}' does not tell when its costs and counts arose: it has no column with the day.",
        where=f"{source.file_name}, lines above the table and header",
        found=" | ".join(line.strip() for line in source.dialect.preamble if line.strip()) or "no line above the table",
        allowed="a column with the day, or a period such as 2026-09-01 - 2026-09-30 above the table",
        next_step="Add the day to the report ('Segment > Time > Day', or the 'Date' dimension) and export it again.",
    )
