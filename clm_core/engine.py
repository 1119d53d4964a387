"""Where frames live: DuckDB (embedded, the default), pandas, or Spark.

Everything downstream is written once as narwhals expressions. An engine only says how a table comes in, how a result is
kept so that it is computed once, and how it is let go.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from copy import copy
from typing import Any, Protocol

import duckdb
import narwhals as nw
import pandas as pd
import pyarrow as pa

from clm_core.errors import InputError

ENGINES = ("duckdb", "pandas", "spark")


class Engine(Protocol):
    """Holds frames and computes on them."""

    name: str

    def frame(self, table: pa.Table) -> nw.LazyFrame[Any]:
        """A table as a frame of this engine."""

    def persist(self, frame: nw.LazyFrame[Any], name: str) -> nw.LazyFrame[Any]:
        """The same frame, computed once and kept under ``name`` until the engine is closed or the name is used again."""

    def beside(self) -> Engine:
        """The same tables for another thread. What is kept there stays there, and is let go when that engine is closed."""

    def seen(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """A frame of the engine that this one is :meth:`beside`, as a frame of this one."""

    def close(self) -> None:
        """Let everything go."""


def _lazy(native: Any) -> nw.LazyFrame[Any]:
    frame: nw.LazyFrame[Any] = nw.from_native(native).lazy()
    return frame


class DuckDBEngine:
    """An embedded database in memory, or in one file when ``path`` is given. It can reach nothing outside itself."""

    name = "duckdb"

    def __init__(self, path: str = ":memory:", memory_limit: str = "2GB", threads: int = 2) -> None:
        config = {
            "memory_limit": memory_limit,
            "threads": str(threads),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "enable_external_access": "false",
            "lock_configuration": "true",
        }
        self._connection = duckdb.connect(path, config=config)
        self._n_tables = 0
        self._place, self._prefix = "TABLE", ""

    def frame(self, table: pa.Table) -> nw.LazyFrame[Any]:
        """Copy an Arrow table in, so that later scans use the engine's own statistics."""
        self._n_tables += 1
        name = f"{self._prefix}input_{self._n_tables}"
        self._connection.register("arriving", table)
        self._connection.execute(f"CREATE OR REPLACE {self._place} {name} AS SELECT * FROM arriving")
        self._connection.unregister("arriving")
        return _lazy(self._connection.table(name))

    def persist(self, frame: nw.LazyFrame[Any], name: str) -> nw.LazyFrame[Any]:
        """Write the frame into a table of its own."""
        relation: Any = nw.to_native(frame)
        kept = f"{self._prefix}kept_{name}"
        self._connection.execute(f"CREATE OR REPLACE {self._place} {kept} AS {relation.sql_query()}")
        return _lazy(self._connection.table(kept))

    def beside(self) -> DuckDBEngine:
        """A second connection to this database; its own tables are temporary, which no other connection sees."""
        other = copy(self)
        other._connection = self._connection.cursor()
        other._place, other._prefix = "TEMP TABLE", "own_"
        return other

    def seen(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """The same query through this connection."""
        relation: Any = nw.to_native(frame)
        return _lazy(self._connection.sql(relation.sql_query()))

    def close(self) -> None:
        """Close the connection, and with the first one every engine beside it: an in-memory database is gone then."""
        self._connection.close()


class PandasEngine:
    """Frames in this process' memory. Arrow-backed columns keep null apart from zero, as databases do."""

    name = "pandas"

    def frame(self, table: pa.Table) -> nw.LazyFrame[Any]:
        """An Arrow table as an Arrow-backed pandas frame."""
        return _lazy(table.to_pandas(types_mapper=pd.ArrowDtype))

    def persist(self, frame: nw.LazyFrame[Any], name: str) -> nw.LazyFrame[Any]:
        """Compute now: pandas frames are already kept."""
        return frame.collect().lazy()

    def beside(self) -> PandasEngine:
        """Frames in memory are there for every thread."""
        return self

    def seen(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """The frame as it is."""
        return frame

    def close(self) -> None:
        """Nothing is held."""


class SparkEngine:
    """A Spark session, local or on a cluster. Needs `requirements-spark.txt` and Java 17."""

    name = "spark"

    def __init__(self, master: str = "local[2]") -> None:
        try:
            from pyspark.sql import SparkSession
        except ImportError as missing:
            raise InputError(
                "The Spark engine is not installed.",
                where="--engine spark",
                found="no module 'pyspark'",
                allowed="duckdb, pandas, or spark with its extra packages",
                next_step="Run `pip install -r requirements-spark.txt` (Java 17 is needed too), or use --engine duckdb.",
            ) from missing
        builder = SparkSession.builder.master(master).appName("lifecycle-workbench")
        options = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.shuffle.partitions": "8",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.execution.arrow.pyspark.enabled": "true",
        }
        if master.startswith("local"):
            options |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        for key, value in options.items():
            builder = builder.config(key, value)
        self._session = builder.getOrCreate()
        self._session.sparkContext.setLogLevel("ERROR")

    def frame(self, table: pa.Table) -> nw.LazyFrame[Any]:
        """Send an Arrow table to the session."""
        return _lazy(self._session.createDataFrame(table))

    def persist(self, frame: nw.LazyFrame[Any], name: str) -> nw.LazyFrame[Any]:
        """Mark the frame to be kept once computed."""
        native: Any = nw.to_native(frame)
        return _lazy(native.persist())

    def beside(self) -> SparkEngine:
        """A session serves every thread."""
        return self

    def seen(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """The frame as it is."""
        return frame

    def close(self) -> None:
        """Stop the session."""
        with suppress(Exception):  # a cluster that is already gone has nothing left to stop
            self._session.stop()


def open_engine(name: str = "duckdb", master: str | None = None) -> Engine:
    """The engine called ``name``.

    Raises
    ------
    InputError
        When the name is not one of :data:`ENGINES`, or Spark is asked for and not installed.
    """
    makers: dict[str, Callable[[], Engine]] = {
        "duckdb": DuckDBEngine,
        "pandas": PandasEngine,
        "spark": lambda: SparkEngine(master or "local[2]"),
    }
    if name not in makers:
        raise InputError(
            "There is no such engine.",
            where="engine",
            found=name,
            allowed=", ".join(ENGINES),
            next_step="Use duckdb, the default, unless the data needs a cluster.",
        )
    return makers[name]()


def collect(frame: nw.LazyFrame[Any]) -> pd.DataFrame:
    """Bring a frame home as plain pandas. For aggregates and one row a customer, never for customer × month rows."""
    home: pd.DataFrame = collect_table(frame).to_pandas(date_as_object=False)
    return home


def collect_table(frame: nw.LazyFrame[Any]) -> pa.Table:
    """The same as an Arrow table."""
    # what an engine adds of its own, notes on types and a row index, stays behind: the same frame comes home from each
    return frame.collect("pyarrow").to_arrow().replace_schema_metadata(None).select(frame.collect_schema().names())
