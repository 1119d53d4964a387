"""A private DuckDB and a private folder that live as long as one import."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from clm_core.ingest.reading.moments import MOMENT_MACROS
from clm_core.ingest.reading.values import VALUE_MACROS
from clm_core.ingest.splitting.addresses import ADDRESS_MACROS
from clm_core.ingest.watch import Cancelled, Watch

# the progress of a query is counted for the watch, never printed
_COUNT_PROGRESS = ("set enable_progress_bar_print = false", "set enable_progress_bar = true")


@dataclass(frozen=True)
class Workspace:
    """Where one import works: a connection, a folder for expanded and transcoded copies, and who watches it."""

    con: duckdb.DuckDBPyConnection
    folder: Path
    watch: Watch

    def begin(self, step: str) -> None:
        """Tell whoever watches that a step of queries begins; raise Cancelled when they have cancelled."""
        self.watch.begin(step, self.con)


@contextmanager
def open_workspace(watch: Watch | None = None) -> Iterator[Workspace]:
    """Open a memory-limited connection and a temporary folder; close and remove both at the end.

    Raises
    ------
    Cancelled
        When the watcher has interrupted a query.
    """
    watch = watch or Watch()
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
            for statement in (*_COUNT_PROGRESS, *VALUE_MACROS, *MOMENT_MACROS, *ADDRESS_MACROS):
                con.execute(statement)
            yield Workspace(con, Path(name), watch)
        except duckdb.InterruptException as error:
            raise Cancelled from error
        finally:
            watch.end()
            con.close()
