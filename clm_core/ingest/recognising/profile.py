"""What each column of the loaded rows looks like: samples, distinct values, blanks, and the kind of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from clm_core.ingest.query import count, literal, one_row
from clm_core.ingest.reading.distinct import MANY_ROWS, are_few, distinct_cells
from clm_core.ingest.reading.moments import moments_of
from clm_core.ingest.splitting.read import Source

_SAMPLE_ROWS = 2000
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
    samples, looks = _samples(con), _looks(con)
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
    if source.n_rows <= MANY_ROWS:
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
    n_filled, n_cells, n_distinct = one_row(
        con, f"select count({_unless_blank(column)}), count({column}), approx_count_distinct({column}) from source"
    )
    if n_distinct > _NEARLY_ALL * n_cells:
        # whether a column is different on every row decides what it can be: an estimate is not enough
        n_distinct = count(con, f"select count(distinct hash({column})) from source where {column} is not null")
    return int(n_filled), int(min(n_distinct, n_cells))


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


def _samples(con: Any) -> dict[int, tuple[str, ...]]:
    rows = con.execute("select i, list(x order by row)[:5] from sample group by i").fetchall()
    return {int(i): tuple(str(cell) for cell in cells) for i, cells in rows}


def _looks(con: Any) -> dict[int, str]:
    """What most sampled cells of each column look like; a date may be written day-first or month-first."""
    by_look = {look: _hits(con, look) for look in ("date", "number", "email")}
    totals = dict(con.execute("select i, sum(n) from sample group by i").fetchall())
    looks = {}
    for i, total in totals.items():
        fitting = (look for look, hits in by_look.items() if hits.get(i, 0) >= _MOST * total)
        looks[int(i)] = next(fitting, "text")
    return looks


def _hits(con: Any, look: str) -> dict[int, int]:
    if look == "date":
        # to read a cell month-first is to read it day-first with its parts changed over: one plan for both
        turned = f"regexp_replace(x, {literal(_DAY_AND_MONTH)}, '\\3\\2\\1\\4')"
        cells = f"select (i, n, 1) as raw, x from sample union all select (i, n, 2), {turned} from sample"
        read = f"select raw[1] as i, sum(raw[2]) filter (is_written) as hits from ({moments_of(cells, 'dmy')}) group by raw[1], raw[3]"
        query = f"select i, max(hits) from ({read}) group by i"
    else:
        test = "coalesce(number_point(x), number_comma(x)) is not null" if look == "number" else _IS_EMAIL
        query = f"select i, sum(n) filter ({test}) from sample group by i"
    return {int(i): int(hits or 0) for i, hits in con.execute(query).fetchall()}
