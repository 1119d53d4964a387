"""Text cells as moments, in SQL: the shapes of date that files hold, and the evidence for day-first or month-first.

The work is done once for each distinct cell, in stages (zone off, clock off, date split, put together), because an
expression that names itself twice at every stage grows beyond what a planner can hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from clm_core.ingest.query import one_row
from clm_core.ingest.values import literal

DateOrder = Literal["ymd", "dmy", "mdy"]

# English, German, French, Spanish, Polish; the first prefix that fits wins, so longer ones come first
_MONTHS = {
    1: "jan|jän|ene|sty",
    2: "feb|fév|fev|lut",
    3: "mar|mär|mrz",
    4: "apr|avr|abr|kwi",
    5: "may|mai|maj",
    6: "juin|jun|cze",
    7: "juil|jul|lip",
    8: "aug|aoû|aou|ago|sie",
    9: "sep|wrz",
    10: "oct|okt|out|paź|paz",
    11: "nov|lis",
    12: "dec|dez|déc|dic|gru",
}
_MONTH_NO = " ".join(f"when regexp_matches(word, '^({prefixes})') then {no}" for no, prefixes in _MONTHS.items())
_CLOCK = r"([0-9]{1,2}):([0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?)[ \x{00A0}\x{202F}]*([AaPp]?)(?:[.]?[Mm][.]?)?$"
_ZONE = r"(Z|UTC|GMT|CES?T|[ECMP][SD]T|BST|(?:UTC|GMT)?[+-][0-9]{2}(?::?[0-9]{2})?)$"
_ZONED = rf"^(.*[0-9]:[0-9]{{2}}.*?) ?{_ZONE}"
_YEAR = "([0-9]{4}|[0-9]{2})"
_SHORT = rf"^([0-9]{{1,2}})([-/.]) ?([0-9]{{1,2}})[-/.] ?{_YEAR}$"
_SHORT_START = rf"^([0-9]{{1,2}})([-/.]) ?([0-9]{{1,2}})[-/.] ?{_YEAR}(?:$|[T, ])"
_LONG = r"^([0-9]{4})[-/. ]?([0-9]{1,2})[-/. ]?([0-9]{1,2})$"
_DAY_MONTH = (
    rf"^(?:\p{{L}}+[.]?, *)?([0-9]{{1,2}})(?:st|nd|rd|th|[.]|er)?[ /-]*(?:de )?(\p{{L}}+)[.]?,?[ /-]*(?:de )?{_YEAR}$"
)
_MONTH_DAY = rf"^(?:\p{{L}}+,? +)?(\p{{L}}+)[.]?[ -]*([0-9]{{1,2}})(?:st|nd|rd|th)?,?[ -]+{_YEAR}$"
_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?"

MOMENT_MACROS = (
    """create macro sane(t) as case when t >= timestamp '1900-01-01' and t < timestamp '2100-01-01' then t end""",
    """create macro full_year(y) as case when length(y) = 4 then y when y >= '70' then '19' || y else '20' || y end""",
    # day counts of spreadsheets (1954 to 2099), seconds and milliseconds since 1970, and digits up to the second
    """create macro counted_moment(x) as case
        when regexp_full_match(x, '[2-7][0-9]{4}([.][0-9]+)?')
            then timestamp '1899-12-30' + to_seconds(round(try_cast(x as double) * 86400))
        when regexp_full_match(x, '[0-9]{14}') then try_strptime(x, '%Y%m%d%H%M%S')
        when regexp_full_match(x, '[0-9]{13}') then make_timestamp(try_cast(x as bigint) * 1000)
        when regexp_full_match(x, '[0-9]{9,10}([.][0-9]+)?')
            then make_timestamp((try_cast(x as double) * 1000000)::bigint) end""",
)


def moments_of(cells: str, order: DateOrder) -> str:
    """SQL that reads ``cells`` (a query with columns raw, x) as raw, x, moment, is_zoned and is_written."""
    day, month = ("b", "a") if order == "mdy" else ("a", "b")
    short = "full_year(s.a), s.b, s.y" if order == "ymd" else f"full_year(s.y), s.{month}, s.{day}"
    return f"""
    with cells as ({cells}),
    plain as (select *, regexp_full_match(x, {literal(_ISO)}) as is_iso from cells),
    zoned as (select *, case when not is_iso then regexp_replace(x, {literal(_ZONED)}, '\\1') end as z from plain),
    clocked as (select *, trim(regexp_replace(z, {literal("[T, ]*" + _CLOCK)}, '')) as d,
        regexp_extract(z, {literal(_CLOCK)}, ['hour', 'rest', 'half']) as t from zoned),
    dated as (select *, regexp_extract(d, {literal(_LONG)}, ['y', 'm', 'd']) as l,
        regexp_extract(d, {literal(_SHORT)}, ['a', 'sep', 'b', 'y']) as s,
        regexp_extract(d, {literal(_DAY_MONTH)}, ['d', 'm', 'y']) as dm,
        regexp_extract(d, {literal(_MONTH_DAY)}, ['m', 'd', 'y']) as md from clocked),
    worded as (select *, lower(coalesce(nullif(dm.m, ''), md.m)) as word,
        case when t.half = '' then t.hour else ((try_cast(t.hour as int) % 12)
            + if(lower(t.half) = 'p', 12, 0))::varchar end as hour from dated),
    split as (select *, case
        when l.y <> '' then [l.y, l.m, l.d]
        when s.y <> '' then [{short}]
        when word <> '' then [full_year(coalesce(nullif(dm.y, ''), md.y)), (case {_MONTH_NO} end)::varchar,
                              coalesce(nullif(dm.d, ''), md.d)] end as ymd from worded),
    written as (select *, sane(case when is_iso then try_cast(x as timestamp)
        else try_cast(array_to_string(ymd, '-') || ' '
             || if(t.hour = '', '00:00', lpad(hour, 2, '0') || ':' || replace(t.rest, ',', '.')) as timestamp)
        end) as moment_written from split)
    select raw, x, coalesce(moment_written, sane(counted_moment(x))) as moment,
        z is not null and z <> x as is_zoned, moment_written is not null as is_written
    from written"""


@dataclass(frozen=True)
class OrderEvidence:
    """Which order of day and month a column speaks for; where that is open, one cell with both readings."""

    order: DateOrder
    example: str = ""
    readings: tuple[str, str] = ("", "")

    @property
    def is_ambiguous(self) -> bool:
        """True when every date can be read both ways."""
        return bool(self.example)


def find_order(con: Any, column: str) -> OrderEvidence:
    """Decide day-first or month-first from every short date in a column of ``source``."""
    first, dotted, example, n_day_first, n_month_first = one_row(
        con,
        f"""
        with raws as materialized (select distinct {column} as raw from source),
        cells as (select known(raw) as x from raws),
        parts as (select x, regexp_extract(x, {literal(_SHORT_START)}, ['a', 'sep', 'b', 'y']) as p
                  from cells where regexp_matches(x, {literal(_SHORT_START)}))
        select max(p.a::int), bool_and(p.sep = '.'), min(x) filter (p.a::int <> p.b::int),
               count(*) filter (p.a::int > 12), count(*) filter (p.b::int > 12) from parts""",
    )
    if first is None or first > 31:
        return OrderEvidence("ymd")
    if n_day_first or n_month_first:
        return OrderEvidence("dmy" if n_day_first >= n_month_first else "mdy")
    # dots are written day-first wherever they are written; equal parts read the same both ways
    if dotted or example is None:
        return OrderEvidence("dmy")
    return OrderEvidence("dmy", example, (_reading(con, example, "dmy"), _reading(con, example, "mdy")))


def _reading(con: Any, cell: str, order: DateOrder) -> str:
    sql = f"select strftime(moment, '%Y-%m-%d') from ({moments_of('select $c as raw, $c as x', order)})"
    return str(one_row(con, sql, {"c": cell})[0] or "")


def moments_sql(con: Any, order: DateOrder) -> str:
    """SQL that reads the table ``distinct_cells(raw, x)`` as raw, value, is_given and is_zoned."""
    formats = _common_formats(con, order)
    tried = f"sane(try_strptime(x, [{', '.join(map(literal, formats))}]))" if formats else "null::timestamp"
    return f"""
        with tried as materialized (select raw, x, {tried} as moment from distinct_cells)
        select raw, moment as value, true as is_given, false as is_zoned from tried where moment is not null
        union all select raw, moment, x is not null, is_zoned
        from ({moments_of("select raw, x from tried where moment is null", order)})"""


def _common_formats(con: Any, order: DateOrder) -> list[str]:
    """The usual formats that occur in a sample, most frequent first: a shortcut past the general reading."""
    days = {"dmy": "%d{0}%m{0}%Y", "mdy": "%m{0}%d{0}%Y", "ymd": "%Y{0}%m{0}%d"}[order]
    usual = [days.format(mark) + clock for mark in "/-." for clock in ("", " %H:%M", " %H:%M:%S")]
    counts = ", ".join(f"count(sane(try_strptime(x, {literal(usual_one)})))" for usual_one in usual)
    row = one_row(con, f"select {counts} from (select x from distinct_cells limit 500)")
    hits = sorted(zip(row, usual, strict=True), key=lambda pair: -pair[0])
    return [usual_one for n, usual_one in hits if n]
