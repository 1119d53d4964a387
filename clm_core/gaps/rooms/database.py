"""Where rooms are kept: SQLite in one file by default, PostgreSQL by one URL. The schema is created and migrated on opening."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from clm_core.errors import InputError
from clm_core.gaps.rooms.schema import METADATA, SCHEMA_VERSION

Migration = Callable[[Connection], None]
MIGRATIONS: tuple[Migration, ...] = ()
"""What brings version n of the schema to n + 1, the first entry version 1. A new file starts at the newest."""
PATIENCE_SECONDS = 15
"""How long a writer waits for others."""
MIGRATION_LOCK = 7_420_611
_WRITES = "writes"


class Database:
    """An opened store of rooms. Each transaction either happens as a whole and is on the disk, or not at all."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def is_sqlite(self) -> bool:
        """Whether it is one file rather than a server."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes; in SQLite one at a time, so that what was read in it still holds when it is written."""
        with self._engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads one state of the store and waits for nobody."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Let every connection go."""
        self._engine.dispose()


def open_database(url: str, migrations: Sequence[Migration] = MIGRATIONS) -> Database:
    """Open the store at a URL such as `sqlite:///rooms.db` or `postgresql://user:password@host/name`.

    Raises
    ------
    InputError
        When the URL is none, its driver is missing, or a newer version of the program has written the store.
    """
    try:
        at = make_url(url)
        # one spelling of the URL for everyone: the driver is ours to choose
        engine = create_engine(
            at.set(drivername="postgresql+psycopg") if at.drivername in ("postgres", "postgresql") else at
        )
    except (ArgumentError, NoSuchModuleError, ImportError) as fault:
        raise InputError(
            "The store of rooms cannot be opened.",
            where="address of the store",
            found=type(fault).__name__,
            allowed="sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/NAME with requirements-postgres.txt installed",
            next_step="Correct the address, or leave it out to use a file.",
        ) from fault
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    database = Database(engine)
    _migrate(database, migrations)
    return database


def _prepare(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not guessed at by the driver
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {PATIENCE_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        cursor.execute(f"pragma {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def _migrate(database: Database, migrations: Sequence[Migration]) -> None:
    """Create the schema, or bring it up to date, once even when several processes start together."""
    newest = 1 + len(migrations)
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(text(f"select pg_advisory_xact_lock({MIGRATION_LOCK})"))
        if not inspect(connection).has_table(SCHEMA_VERSION.name):
            METADATA.create_all(connection)
            connection.execute(SCHEMA_VERSION.insert().values(version=newest))
            return
        found = connection.execute(select(SCHEMA_VERSION.c.version)).scalar_one()
        if found > newest:
            raise InputError(
                "The store of rooms was written by a newer version of the program.",
                where="store of rooms",
                found=f"version {found}",
                allowed=f"up to version {newest}",
                next_step="Update the program, or give another store.",
            )
        for step in migrations[found - 1 :]:
            step(connection)
        connection.execute(update(SCHEMA_VERSION).values(version=newest))
