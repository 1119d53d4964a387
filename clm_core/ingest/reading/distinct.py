"""The different cells of a column, each once, with how many rows have it: what is asked of a column is asked of these."""

from __future__ import annotations

from typing import Any

from clm_core.ingest.query import one_row
from clm_core.ingest.splitting.read import Source

MANY_ROWS = 1_000_000
"""Rows up to which the different cells of any column are counted."""


def distinct_cells(con: Any, source: Source, column: str) -> str:
    """The table of a column's different cells, made when it is first asked for: ``raw``, null among them, and ``n`` rows."""
    table = f"distinct_{column}"
    if table not in source.made:
        con.execute(f"create temp table {table} as select {column} as raw, count(*) as n from source group by raw")
        source.made.add(table)
    return table


def are_many(n_rows: int) -> bool:
    """True for so many rows that nothing is asked of each of them that a cheaper question answers."""
    return n_rows > MANY_ROWS


def are_few(source: Source, column: str) -> bool:
    """True where asking the different cells of a column is sure to cost little, against asking all its rows."""
    return not are_many(source.n_rows) or int(column[1:]) in source.repeating


def all_match(con: Any, source: Source, column: str, test: str) -> bool:
    """True when every cell of a column that is not empty passes a test (an expression over ``raw``)."""
    cells = distinct_cells(con, source, column) if are_few(source, column) else f"(select {column} as raw from source)"
    # an aggregate, because a filter would be moved in front of taking the distinct cells
    (fails,) = one_row(con, f"select bool_or(raw is not null and not ({test})) from {cells}")
    return not fails
