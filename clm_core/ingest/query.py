"""Ways to ask DuckDB: names and texts safe inside SQL, one row of plain values, an Arrow table in memory or on disk."""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import pyarrow as pa


def quoted(name: str) -> str:
    """An identifier, safe inside SQL whatever it contains."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string literal, safe inside SQL whatever it contains."""
    return "'" + text.replace("'", "''") + "'"


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


def arrow_on_disk(con: Any, sql: str) -> pa.Table:
    """The rows of a query as an Arrow table that stays in a nameless file and is read from there, for results that are large.

    The file belongs to the table: it goes when the table does. Raises duckdb.InterruptException when the query is interrupted.
    """
    with tempfile.TemporaryFile(prefix="orders-") as file:
        with con.sql(sql).to_arrow_reader() as batches, pa.ipc.new_file(file, batches.schema) as out:
            for batch in _uninterrupted(batches):
                out.write_batch(batch)
        file.flush()
        return pa.ipc.open_file(pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))).read_all()


def _uninterrupted(batches: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The batches of a query; an interrupt, which Arrow passes on as a failed reading, is DuckDB's again."""
    try:
        yield from batches
    except OSError as error:
        if "INTERRUPT" in str(error):
            raise duckdb.InterruptException(str(error)) from error
        raise
