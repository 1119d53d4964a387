"""A private DuckDB and a private folder that live as long as one import."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from clm_core.ingest.query import count, literal
from clm_core.ingest.reading.moments import MOMENT_MACROS
from clm_core.ingest.reading.values import VALUE_MACROS
from clm_core.ingest.splitting.addresses import ADDRESS_MACROS
from clm_core.ingest.watch import Cancelled, Watch

# the progress of a query is counted for the watch, never printed
_COUNT_PROGRESS = ("set enable_progress_bar_print = false", "set enable_progress_bar = true")
# A DuckDB takes longer to make than a short file to read. One that an import has left keeps its macros and no data: whatever an
# import makes is temporary and goes with its own connection.
_idle: deque[duckdb.DuckDBPyConnection] = deque(maxlen=2)


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
    """Open a memory-limited DuckDB of one's own and a temporary folder; close and remove both at the end.

    Raises
    ------
    Cancelled
        When the watcher has interrupted a query.
    """
    watch = watch or Watch()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="ingest-", ignore_cleanup_errors=True) as name,
            _borrowed_database(Path(name) / "spill") as con,
        ):
            try:
                yield Workspace(con, Path(name), watch)
            finally:
                watch.end()
    except duckdb.InterruptException as error:
        raise Cancelled from error


@contextmanager
def _borrowed_database(spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to an idle DuckDB, or to a new one; nobody else uses it meanwhile."""
    try:
        database = _idle.pop()
    except IndexError:
        database = _new_database()
    con, is_sound = database.cursor(), True
    try:
        for statement in (f"set temp_directory = {literal(str(spill))}", *_COUNT_PROGRESS):
            con.execute(statement)
        yield con
    except duckdb.Error:
        is_sound = False
        raise
    finally:
        con.close()
        # one that has spilled is tied to its folder, which goes now
        if is_sound and not spill.exists() and not count(database, "select count(*) from duckdb_tables()"):
            _idle.append(database)
        else:
            database.close()


def _new_database() -> duckdb.DuckDBPyConnection:
    database = duckdb.connect(
        config={
            "memory_limit": "1GB",
            "threads": 2,
            # DuckDB 2.0.0 may wait for ever when a query that writes a file is interrupted: its threads for writing hold each other up
            "async_threads": 0,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    for statement in (*VALUE_MACROS, *MOMENT_MACROS, *ADDRESS_MACROS):
        database.execute(statement)
    return database
