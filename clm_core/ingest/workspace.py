"""A private DuckDB and a private folder that live as long as one import."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from clm_core.ingest.moments import MOMENT_MACROS
from clm_core.ingest.values import VALUE_MACROS


@dataclass(frozen=True)
class Workspace:
    """Where one import works: a connection, and a folder for expanded and transcoded copies."""

    con: duckdb.DuckDBPyConnection
    folder: Path


@contextmanager
def open_workspace() -> Iterator[Workspace]:
    """Open a memory-limited connection and a temporary folder; close and remove both at the end."""
    with tempfile.TemporaryDirectory(prefix="ingest-", ignore_cleanup_errors=True) as name:
        con = duckdb.connect(
            config={
                "memory_limit": "1GB",
                "threads": 2,
                "temp_directory": str(Path(name) / "spill"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        try:
            for macro in (*VALUE_MACROS, *MOMENT_MACROS):
                con.execute(macro)
            yield Workspace(con, Path(name))
        finally:
            con.close()
