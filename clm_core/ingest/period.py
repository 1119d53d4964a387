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
from clm_core.ingest.moments import DateOrder, moments_of
from clm_core.ingest.presets import load_preset
from clm_core.ingest.read import Source
from clm_core.ingest.roles import TableKind

_WORD = r"[^\W\d_]+[.]?"
_DATE = re.compile(
    r"\d{4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]?|"
    r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\b|\b(?:19|20)\d{6}\b|"
    rf"\b\d{{1,2}}(?:st|nd|rd|th|er|[.])? (?:de )?{_WORD},? (?:de )?\d{{4}}\b|"
    rf"\b{_WORD} \d{{1,2}}(?:st|nd|rd|th)?, ?\d{{4}}\b"
)
_EAST_ASIAN = re.compile(r"[年月년월]\s?")


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
