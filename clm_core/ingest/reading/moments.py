"""Text cells as moments, in SQL: the shapes of date that files hold.

The work is done once for each distinct cell, in stages (zone off, clock off, date split, put together), because an
expression that names itself twice at every stage grows beyond what a planner can hold.
"""

from __future__ import annotations

from typing import Any, Literal

from clm_core.ingest.query import count, literal, one_row
from clm_core.ingest.reading.zones import ZONE, ZONE_MACROS, local_time_sql

DateOrder = Literal["ymd", "dmy", "mdy"]

# English, German, French, Spanish, Italian, Polish, Romanian, Russian; the first prefix that fits wins, so longer ones come first
_MONTHS = {
    1: "jan|jän|ene|gen|sty|ian|янв",
    2: "feb|fév|fev|lut|фев",
    3: "mar|mär|mrz|мар",
    4: "apr|avr|abr|kwi|апр",
    5: "may|mai|maj|mag|мая|май",
    6: "juin|jun|cze|giu|iun|июн",
    7: "juil|jul|lip|lug|iul|июл",
    8: "aug|aoû|aou|ago|sie|авг",
    9: "sep|set|wrz|сен",
    10: "oct|okt|out|ott|paź|paz|окт",
    11: "nov|noi|lis|ноя",
    12: "dec|dez|déc|dic|gru|дек",
}
_MONTH_NO = " ".join(f"when regexp_matches(word, '^({prefixes})') then {no}" for no, prefixes in _MONTHS.items())
_CLOCK = r"([0-9]{1,2}):([0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?)[ \x{00A0}\x{202F}]*([AaPp]?)(?:[.]? ?[Mm][.]?)?$"
_ZONED = rf"^(.*[0-9]:[0-9]{{2}}.*?) ?{ZONE}"
_YEAR = "([0-9]{4}|[0-9]{2})"
_SHORT = rf"^([0-9]{{1,2}})([-/.]) ?([0-9]{{1,2}})[-/.] ?{_YEAR}$"
SHORT_START = rf"^([0-9]{{1,2}})([-/.]) ?([0-9]{{1,2}})[-/.] ?{_YEAR}(?:$|[T, ])"
_LONG = r"^([0-9]{4})[-/. 年]? ?([0-9]{1,2})[-/. 月]? ?([0-9]{1,2})日?$"
_DAY_MONTH = rf"^(?:\p{{L}}+[.]?, *)?([0-9]{{1,2}})(?:st|nd|rd|th|[.]|er)?[ /-]*(?:de )?(\p{{L}}+)[.]?,?[ /-]*(?:de )?{_YEAR}(?: ?г[.]?)?$"
_MONTH_DAY = rf"^(?:\p{{L}}+,? +)?(\p{{L}}+)[.]?[ -]*([0-9]{{1,2}})(?:st|nd|rd|th)?,?[ -]+{_YEAR}$"
# the beginnings of all of these, loosely; a class of all letters takes longer to compile than a short file to read
_LETTERS = r"[A-Za-z\x{80}-\x{10FFFF}]+"
_MAYBE_WRITTEN = (
    r"^(?:(?:19|20)[0-9]{2}[-/. 年]? ?(?:0?[1-9]|1[0-2])[-/. 月]? ?(?:0?[1-9]|[12][0-9]|3[01])(?:[^0-9]|$|[0-9]{1,2}:)"
    r"|[0-9]{1,2}[-/.] ?[0-9]{1,2}[-/.] ?[0-9]{2}"
    rf"|(?:{_LETTERS}[.]?, *)?[0-9]{{1,2}}(?:st|nd|rd|th|[.]|er)?[ /-]*(?:de )?{_LETTERS}[.]?,?[ /-]*(?:de )?[0-9]{{2}}"
    rf"|(?:{_LETTERS},? +)?{_LETTERS}[.]?[ -]*[0-9]{{1,2}}(?:st|nd|rd|th)?,?[ -]+[0-9]{{2}})"
)
_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?"


def is_plain_moment(cell: str) -> str:
    """SQL that is true of a cell that DuckDB's own cast reads as it is to be read."""
    return f"regexp_full_match({cell}, {literal(_ISO)}) and sane(try_cast({cell} as timestamp)) is not null"


_SECONDS = "[0-9]{9,10}([.][0-9]+)?|[0-9]{13}"

MOMENT_MACROS = (
    *ZONE_MACROS,
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


def is_maybe_date(cell: str) -> str:
    """SQL that is true of every cell that is a written date, and of few others."""
    return f"regexp_matches({cell}, {literal(_MAYBE_WRITTEN)})"


def moments_of(cells: str, order: DateOrder) -> str:
    """SQL that reads ``cells`` (a query with columns raw, x) as raw, x, moment, zone (as written) and is_written."""
    day, month = ("b", "a") if order == "mdy" else ("a", "b")
    short = "full_year(s.a), s.b, s.y" if order == "ymd" else f"full_year(s.y), s.{month}, s.{day}"
    return f"""
    with cells as ({cells}),
    plain as (select *, regexp_full_match(x, {literal(_ISO)}) as is_iso from cells),
    zoned as (select *, case when not is_iso then regexp_replace(x, {literal(_ZONED)}, '\\1') end as z,
        case when not is_iso then nullif(regexp_extract(x, {literal(_ZONED)}, 2), '') end as zone from plain),
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
        if(moment_written is null and regexp_full_match(x, {literal(_SECONDS)}), 'UTC', zone) as zone,
        moment_written is not null as is_written
    from written"""


def moments_sql(con: Any, order: DateOrder, *, zone_of_clocks: str = "", zone_wanted: str = "") -> str:
    """SQL that reads the table ``distinct_cells(raw, x)`` as raw, value, is_given and zone.

    ``zone_of_clocks`` is the zone of cells that have a clock and name none; ``zone_wanted`` an IANA name to convert to.
    """
    formats = _common_formats(con, order)
    tried = f"sane(try_strptime(x, [{', '.join(map(literal, formats))}]))" if formats else "null::timestamp"
    unnamed = f"if(contains(x, ':'), {literal(zone_of_clocks)}, null)" if zone_of_clocks else "null::varchar"
    con.execute(f"create or replace temp table tried as select raw, x, {tried} as moment from distinct_cells")
    readings = f"select raw, moment as value, x is not null as is_given, {unnamed} as zone from tried"
    if count(con, "select count(*) from tried where moment is null and x is not null"):
        readings = f"""{readings} where moment is not null
            union all select raw, moment, x is not null, coalesce(zone, {unnamed})
            from ({moments_of("select raw, x from tried where moment is null", order)})"""
    return local_time_sql(con, readings, zone_wanted) if zone_wanted else readings


def clock_sql() -> str:
    """SQL that reads the table ``distinct_cells(raw, x)``, times of day, as raw, value (since midnight) and is_given."""
    cells = "select raw, '2000-01-01 ' || x as x from distinct_cells"
    return f"""select raw, moment - timestamp '2000-01-01' as value, x is not null as is_given
        from ({moments_of(cells, "ymd")})"""


def _common_formats(con: Any, order: DateOrder) -> list[str]:
    """The usual formats that occur in a sample, most frequent first: a shortcut past the general reading."""
    days = {"dmy": "%d{0}%m{0}%Y", "mdy": "%m{0}%d{0}%Y", "ymd": "%Y{0}%m{0}%d"}[order]
    usual = [days.format(mark) + clock for mark in "/-." for clock in ("", " %H:%M", " %H:%M:%S")]
    counts = ", ".join(f"count(sane(try_strptime(x, {literal(usual_one)})))" for usual_one in usual)
    row = one_row(con, f"select {counts} from (select x from distinct_cells limit 500)")
    hits = sorted(zip(row, usual, strict=True), key=lambda pair: -pair[0])
    return [usual_one for n, usual_one in hits if n]
