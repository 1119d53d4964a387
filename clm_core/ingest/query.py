"""Two ways to ask DuckDB: for one row of plain values, and for an Arrow table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa


def one_row(con: Any, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> tuple[Any, ...]:
    """The only row of a query; fetched to the end, because an open result blocks the connection."""
    rows = con.execute(sql, parameters).fetchall() if parameters else con.execute(sql).fetchall()
    return tuple(rows[0])


def count(con: Any, sql: str) -> int:
    """The only number of a query."""
    return int(one_row(con, sql)[0])


def arrow(con: Any, sql: str) -> pa.Table:
    """The rows of a query as an Arrow table that outlives the connection."""
    return con.sql(sql).to_arrow_table()
