"""What each column of the loaded rows looks like: samples, distinct values, blanks, and the kind of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from clm_core.ingest.query import arrow, literal, one_row
from clm_core.ingest.reading.distinct import are_few, are_many, distinct_cells
from clm_core.ingest.reading.moments import is_maybe_date, is_plain_moment, moments_of
from clm_core.ingest.reading.values import is_maybe_number
from clm_core.ingest.splitting.read import Source

_SAMPLE_ROWS = 2000
_SORTED_AT_ONCE = 25_000_000
_MOST = 0.6
_NEARLY_ALL = 0.8
_DAY_AND_MONTH = "^([0-9]{1,2})([-/.] ?)([0-9]{1,2})([-/.])"
# an address hashed at the door still names a person
_IS_EMAIL = "contains(x, '@') or regexp_full_match(x, '[0-9a-f]{64}')"


@dataclass(frozen=True)
class ColumnProfile:
    """One column as found: a few cells, and what most of them look like.

    The number of different cells is an estimate in files of more than a million rows, for columns in which most differ but not
    nearly all.
    """

    name: str
    samples: tuple[str, ...]
    n_distinct: int
    blank_rate: float
    looks_like: str  # "date", "number", "email", "text" or "empty"


def profile_columns(con: Any, source: Source) -> tuple[ColumnProfile, ...]:
    """Profile every column: counts over all rows, the look of the cells from an even sample."""
    totals = _totals(con, source)
    source.unique.update(f"c{i}" for i in range(len(source.names)) if totals[2 * i + 1] == source.n_rows)
    _create_sample(con, source)
    samples, looks = _samples_and_looks(con)
    con.execute("drop table sample")
    return tuple(
        ColumnProfile(
            name, samples.get(i, ()), totals[2 * i + 1], 1.0 - totals[2 * i] / source.n_rows, looks.get(i, "empty")
        )
        for i, name in enumerate(source.names)
    )


def _totals(con: Any, source: Source) -> list[int]:
    """How many cells say something and how many different ones there are, for each column in turn."""
    columns = [f"c{i}" for i in range(len(source.names))]
    if not are_many(source.n_rows):
        counts = ", ".join(f"count({_unless_blank(c)}), count(distinct {c})" for c in columns)
        return [int(value) for value in one_row(con, f"select {counts} from source")]
    return [n for c in columns for n in (_counted if are_few(source, c) else _estimated)(con, source, c)]


def _counted(con: Any, source: Source, column: str) -> tuple[int, int]:
    cells = distinct_cells(con, source, column)
    n_filled, n_distinct = one_row(
        con, f"select coalesce(sum(n) filter ({_unless_blank('raw')} is not null), 0), count(raw) from {cells}"
    )
    return int(n_filled), int(n_distinct)


def _estimated(con: Any, source: Source, column: str) -> tuple[int, int]:
    glance = source.glances.get(column)
    if glance and glance.all_differ and glance.are_plain_ids:
        return source.n_rows, source.n_rows
    # ids and numbers are no blanks
    filled = column if glance and (glance.are_plain_ids or isfinite(glance.bound)) else _unless_blank(column)
    n_filled, n_cells, n_distinct = one_row(
        con, f"select count({filled}), count({column}), approx_count_distinct({column}) from source"
    )
    if n_distinct > _NEARLY_ALL * n_cells:
        # whether a column is different on every row decides what it can be: an estimate is not enough
        n_distinct = _n_different(con, column, n_cells)
    return int(n_filled), int(min(n_distinct, n_cells))


def _n_different(con: Any, column: str, n_cells: int) -> int:
    """How many different cells there are. Sorting their hashes is four times as fast as a database's counting of them."""
    n_parts, n_different = 1 + n_cells // _SORTED_AT_ONCE, 0
    for part in range(n_parts):
        of_part = f"hash({column}) % {n_parts} = {part}"
        rows = arrow(con, f"select hash({column}) as hash from source where {column} is not null and {of_part}")
        hashes = np.sort(rows["hash"].to_numpy())
        n_different += int(np.count_nonzero(np.diff(hashes))) + (len(hashes) > 0)
    return n_different


def _unless_blank(cell: str) -> str:
    # trimming is what costs here, and few cells begin with a blank
    return f"case when ascii({cell}) > 32 then {cell} else nullif(trim({cell}), '') end"


def _create_sample(con: Any, source: Source) -> None:
    """Take rows at even distances: exports are sorted, so the first rows alone would mislead."""
    step = max(1, source.n_rows // _SAMPLE_ROWS)
    columns = ", ".join(f"c{i}" for i in range(len(source.names)))
    con.execute(
        f"""create temp table sampled as select rowid as row, {columns} from source
        where rowid in (select range * {step} from range({-(-source.n_rows // step)})) and problem is null"""
    )
    # cells are turned into rows before they are cleaned: cleaning written out for every column takes the planner seconds
    con.execute(
        f"""create temp table sample as select name[2:]::int as i, known(raw) as x, min(row) as row, count(*) as n
        from (unpivot sampled on {columns} into name name value raw) where known(raw) is not null group by all"""
    )
    con.execute("drop table sampled")


def _samples_and_looks(con: Any) -> tuple[dict[int, tuple[str, ...]], dict[int, str]]:
    """The first cells of each column, and what most of its sampled cells look like.

    Reading a cell in every notation there is takes the planner longer than it takes to read a short file, so that is asked only of
    columns that could be dates or numbers and are not plainly so.
    """
    tests = {
        "plain date": is_plain_moment("x"),
        "maybe date": is_maybe_date("x"),
        "plain number": "finite(x) is not null",
        "maybe number": is_maybe_number("x"),
        "email": _IS_EMAIL,
    }
    counts = ", ".join(f"coalesce(sum(n) filter ({test}), 0)" for test in tests.values())
    rows = con.execute(f"select i, list(x order by row)[:5], sum(n), {counts} from sample group by i").fetchall()
    looks: dict[int, str] = {}
    for look, read in (("date", _written_dates), ("number", _written_numbers)):
        open_columns = []
        for i, _, total, *hits in rows:
            found = dict(zip(tests, hits, strict=True))
            if i not in looks and found[f"plain {look}"] >= _MOST * total:
                looks[i] = look
            elif i not in looks and found[f"maybe {look}"] >= _MOST * total:
                open_columns.append(i)
        hits_of = read(con, open_columns) if open_columns else {}
        looks |= {i: look for i, _, total, *_ in rows if hits_of.get(i, 0) >= _MOST * total}
    for i, _, total, *hits in rows:
        looks.setdefault(i, "email" if hits[-1] >= _MOST * total else "text")
    return {int(i): tuple(map(str, cells)) for i, cells, *_ in rows}, looks


def _written_dates(con: Any, columns: list[int]) -> dict[int, int]:
    """How many sampled cells of each column are dates; they may be written day-first or month-first."""
    # to read a cell month-first is to read it day-first with its parts changed over: one plan for both
    turned = f"regexp_replace(x, {literal(_DAY_AND_MONTH)}, '\\3\\2\\1\\4')"
    sampled = f"sample where {_among(columns)}"
    cells = f"select (i, n, 1) as raw, x from {sampled} union all select (i, n, 2), {turned} from {sampled}"
    read = f"select raw[1] as i, sum(raw[2]) filter (is_written) as hits from ({moments_of(cells, 'dmy')}) group by raw[1], raw[3]"
    return _hits(con, f"select i, max(hits) from ({read}) group by i")


def _written_numbers(con: Any, columns: list[int]) -> dict[int, int]:
    """How many sampled cells of each column are numbers, with a decimal point or a comma."""
    cells = f"select i, n, x, digits_of(x) as digits from sample where {_among(columns)}"
    is_number = """finite(x) is not null or grouped(digits) is not null or grouped(translate(digits, '.,', ',.')) is not null
        or not contains(x, '.') and finite(replace(x, ',', '.')) is not null"""
    return _hits(con, f"select i, sum(n) filter ({is_number}) from ({cells}) group by i")


def _among(columns: list[int]) -> str:
    return f"i in ({', '.join(map(str, columns))})"


def _hits(con: Any, query: str) -> dict[int, int]:
    return {int(i): int(hits or 0) for i, hits in con.execute(query).fetchall()}
