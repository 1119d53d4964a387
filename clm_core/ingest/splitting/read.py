"""Any file as rows of text: opened, decoded and made one DuckDB view, nothing left out.

The view ``source`` holds one row a data row, with columns ``rowid`` (its number over all files, from 0), ``problem`` (null, or
why the line could not be split), ``part`` (which file) and ``c0`` … ``cN``. Columns are positional so that no name from a file
ever becomes part of a query. The rows stay on disk: memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path

import duckdb

from clm_core.errors import InputError, MappingError
from clm_core.ingest.opening.refusal import no_table
from clm_core.ingest.opening.unpack import unpack
from clm_core.ingest.query import count
from clm_core.ingest.splitting.addresses import blotted
from clm_core.ingest.splitting.dialect import Dialect, column_names
from clm_core.ingest.splitting.glance import Glance
from clm_core.ingest.splitting.part import Part, Rows, open_part, stored
from clm_core.ingest.workspace import Workspace


@dataclass(frozen=True)
class Source:
    """What was loaded: the files' name, how the first is written, the column names, the number of data rows."""

    file_name: str
    dialect: Dialect
    names: tuple[str, ...]
    n_rows: int
    repeating: frozenset[int]
    """The columns of which the same cells come back."""
    glances: dict[str, Glance]
    """What is known of the cells of some other columns."""
    is_sound: bool
    """True when every line is known to have been split into its cells."""
    unique: set[str] = field(default_factory=set, compare=False)
    """The columns of which every cell is known to be another."""
    made: set[str] = field(default_factory=set, compare=False)
    """The tables of different cells that were made for it."""

    def sql(self, name: str) -> str:
        """The column of ``source`` that holds a named column."""
        return f"c{self.names.index(name)}"

    def with_decimal(self, decimal: str) -> Source:
        """The same source with the decimal mark that was found in its cells."""
        return replace(self, dialect=replace(self.dialect, decimal=decimal))


def load(workspace: Workspace, paths: Sequence[Path], *, hash_emails: bool = False) -> Source:
    """Load several files of one shape into the view ``source``.

    With ``hash_emails`` no address gets past this door: a cell that is one is loaded as its SHA-256, one inside a longer
    text as "[e-mail]", in the names of columns and the lines above the table too.
    """
    if not paths:
        raise InputError(
            "No file was given.",
            where="import",
            found="an empty list of files",
            allowed="at least one file",
            next_step="Choose a file.",
        )
    file_name = ", ".join(path.name for path in paths)
    first: Part | None = None
    selects: list[str] = []
    repeating: list[frozenset[str]] = []
    glances: list[dict[str, Glance]] = []
    n_rows, is_sound = 0, True
    for plain, shown in (
        (plain, path.name) for path in paths for plain in unpack(path, workspace.folder, watch=workspace.watch)
    ):
        workspace.begin("Reading")
        part, rows = _read(workspace, plain, shown, first, hash_emails=hash_emails)
        # what was odd about any of the files is told, not only about the first
        first = replace(first, dialect=first.dialect.with_notes_of(part.dialect, shown)) if first else part
        cells = ", ".join(f"c{part.names.index(name)} as c{i}" for i, name in enumerate(first.names))
        selects.append(f"select {n_rows} + n as rowid, problem, {len(selects)} as part, {cells} from ({rows.sql})")
        repeating.append(frozenset(part.names[i] for i in rows.repeating))
        glances.append({part.names[i]: glance for i, glance in rows.glances.items()})
        is_sound = is_sound and rows.is_sound
        n_rows += count(workspace.con, f"select count(*) from ({rows.sql})")
    if first is None:
        raise no_table(file_name, "nothing")
    _check_any_row(n_rows, first, file_name)
    workspace.con.execute(f"create temp view source as {' union all '.join(selects)}")
    often = frozenset.intersection(*repeating)
    places = frozenset(i for i, name in enumerate(first.names) if name in often)
    seen = {
        f"c{i}": reduce(Glance.above, (of_part[name] for of_part in glances))
        for i, name in enumerate(first.names)
        if all(name in of_part for of_part in glances)
    }
    return Source(file_name, first.dialect, first.names, n_rows, places, seen, is_sound)


def _read(workspace: Workspace, plain: Path, shown: str, first: Part | None, *, hash_emails: bool) -> tuple[Part, Rows]:
    """One file and the query of its rows."""
    try:
        part = open_part(workspace, plain, shown)
        if hash_emails:
            part = _without_addresses(workspace, part)
        _check_same_columns(part, first or part, shown)
        return part, part.rows()
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise no_table(shown, blotted(str(error).splitlines()[0])) from error


def _without_addresses(workspace: Workspace, part: Part) -> Part:
    """The part freed from e-mail addresses: in its rows, the names of its columns, and the lines above its table."""
    cells = ", ".join(f"hashed(c{i}) as c{i}" for i in range(len(part.names)))
    dialect = replace(
        part.dialect,
        preamble=tuple(map(blotted, part.dialect.preamble)),
        notes=tuple(map(blotted, part.dialect.notes)),
    )

    def read() -> Rows:
        return stored(workspace, f"select problem, {cells} from ({part.rows().sql})", len(part.names))

    return Part(column_names([blotted(name) for name in part.names]), dialect, (read,))


def _check_any_row(n_rows: int, first: Part, file_name: str) -> None:
    if n_rows == 0:
        raise InputError(
            f"The file '{file_name}' has a header but no data rows.",
            where=file_name,
            found=f"columns: {', '.join(first.names)}",
            allowed="at least one data row",
            next_step="Export the file again and check the date range of the export.",
        )


def _check_same_columns(part: Part, first: Part, shown: str) -> None:
    if sorted(part.names) == sorted(first.names):
        return
    missing = [name for name in first.names if name not in part.names]
    extra = [name for name in part.names if name not in first.names]
    raise MappingError(
        f"The file '{shown}' has other columns than the first file.",
        where=shown,
        found=f"missing: {', '.join(missing) or 'none'}; extra: {', '.join(extra) or 'none'}",
        allowed=", ".join(first.names),
        next_step="Give files of one shape, or import them one at a time.",
    )
