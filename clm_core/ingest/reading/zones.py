"""Time zones: what a zone beside a clock says in minutes, and what the clock shows at that moment in the shop's zone.

The changes of a zone's clock are few, so they are listed once into a small table and joined; DuckDB's own time zones are an
extension that would have to be fetched.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from clm_core.errors import MappingError, did_you_mean

_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_MINUTES_OF_WORD = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180, "MSK": 180,
    "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
    "JST": 540, "AEST": 600, "AEDT": 660,
}  # fmt: skip
ZONE = (
    "(" + "|".join(sorted(_MINUTES_OF_WORD, key=len, reverse=True)) + "|"
    r"(?:UTC|GMT)?[+-][0-9]{2}(?::?[0-9]{2})?)(?: *[(][^)]*[)])?$"
)
UTC_WORDS = ("Z", "UTC", "GMT", "+00:00", "+0000", "-00:00", "UTC+00:00")

_PAIRS = ", ".join(f"'{word}': {minutes}" for word, minutes in _MINUTES_OF_WORD.items())
ZONE_MACROS = (
    f"""create macro zone_minutes(z) as coalesce(map {{{_PAIRS}}}[z],
        if(contains(z, '-'), -1, 1) * (try_cast(regexp_extract(z, '[+-]([0-9]{{2}})', 1) as int) * 60
            + coalesce(try_cast(regexp_extract(z, '[+-][0-9]{{2}}:?([0-9]{{2}})', 1) as int), 0)))""",
)


def check_zone(name: str) -> None:
    """Raise MappingError when a name is no time zone of the IANA list."""
    if not name:
        return
    known = available_timezones()
    if name not in known:
        raise MappingError(
            f"There is no time zone '{name}'.{did_you_mean(name, sorted(known))}",
            where="mapping, time_zone",
            found=name,
            allowed="a name such as Europe/Berlin, America/New_York or UTC",
            next_step="Choose the zone your shop's clock is in, or leave it empty to keep the clock as written.",
        )


def header_zone(name: str) -> str:
    """UTC where a header says so, as ``Created date (UTC)`` does; otherwise an empty text."""
    return "UTC" if re.search(r"\b(UTC|GMT)\b", name) else ""


def local_time_sql(con: Any, readings: str, zone: str) -> str:
    """SQL with the moments of ``readings`` (raw, value, is_given, zone) converted to the clock of an IANA zone."""
    con.execute("create or replace temp table clock_changes (starts_at timestamp, seconds int)")
    con.executemany("insert into clock_changes values (?, ?)", clock_changes(zone))
    return f"""
        with zoned as (select *, value - to_minutes(zone_minutes(zone)) as utc from ({readings}))
        select raw, coalesce(utc + to_seconds(seconds), value) as value, is_given, zone
        from zoned asof left join clock_changes on zoned.utc >= clock_changes.starts_at"""


def clock_changes(zone: str) -> list[tuple[datetime, int]]:
    """When a zone's clock changed from 1970 to 2100, as UTC moments with the seconds it is ahead of UTC from then on."""
    there = ZoneInfo(zone)

    def ahead(moment: datetime) -> int:
        return int((moment.astimezone(there).utcoffset() or timedelta()).total_seconds())

    changes = [(datetime(1900, 1, 1), ahead(_FIRST))]
    day, step = _FIRST, timedelta(days=1)
    while day < _LAST:
        if ahead(day) != ahead(day + step):
            low, high = day, day + step
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                low, high = (middle, high) if ahead(middle) == ahead(low) else (low, middle)
            high = high.replace(microsecond=0)
            changes.append((high.replace(tzinfo=None), ahead(high)))
        day += step
    return changes
