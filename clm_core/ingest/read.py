"""Any file as rows of text: opened, decoded and loaded into one DuckDB table, nothing left out.

The table ``source`` holds one row a data row, in file order, with columns ``problem`` (null, or why the line could not be
split), ``part`` (which file) and ``c0`` … ``cN``. Columns are positional so that no name from a file ever becomes part of a query.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from clm_core.errors import InputError, MappingError
from clm_core.ingest.addresses import blotted
from clm_core.ingest.dialect import Dialect, column_names
from clm_core.ingest.part import Part, open_part
from clm_core.ingest.query import count
from clm_core.ingest.refusal import no_table
from clm_core.ingest.unpack import unpack
from clm_core.ingest.workspace import Workspace


@dataclass(frozen=True)
class Source:
    """What was loaded: the files' name, how the first is written, the column names, the number of data rows."""

    file_name: str
    dialect: Dialect
    names: tuple[str, ...]
    n_rows: int

    def sql(self, name: str) -> str:
        """The column of table ``source`` that holds a named column."""
        return f"c{self.names.index(name)}"

    def with_decimal(self, decimal: str) -> Source:
        """The same source with the decimal mark that was found in its cells."""
        return replace(self, dialect=replace(self.dialect, decimal=decimal))


def load(workspace: Workspace, paths: Sequence[Path], *, hash_emails: bool = False) -> Source:
    """Load several files of one shape into the table ``source``.

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
    first: Part | None = None
    plain_files = ((plain, path.name) for path in paths for plain in unpack(path, workspace.folder))
    for number, (plain, shown) in enumerate(plain_files):
        first = _append(workspace, plain, shown, number, first, hash_emails=hash_emails)
    file_name = ", ".join(path.name for path in paths)
    if first is None:
        raise no_table(file_name, "nothing")
    n_rows = count(workspace.con, "select count(*) from source")
    if n_rows == 0:
        raise InputError(
            f"The file '{file_name}' has a header but no data rows.",
            where=file_name,
            found=f"columns: {', '.join(first.names)}",
            allowed="at least one data row",
            next_step="Export the file again and check the date range of the export.",
        )
    return Source(file_name, first.dialect, first.names, n_rows)


def _append(
    workspace: Workspace, plain: Path, shown: str, number: int, first: Part | None, *, hash_emails: bool
) -> Part:
    """Add the rows of one file to ``source``; return the part whose columns rule."""
    workspace.begin("Reading")
    try:
        part = open_part(workspace, plain, shown)
        if hash_emails:
            part = _without_addresses(part)
        _check_same_columns(part, first or part, shown)
        try:
            _insert(workspace, part, part.select, number, first, hash_emails=hash_emails)
        except duckdb.InterruptException:
            raise
        except duckdb.Error:
            if part.select_regularised is None:
                raise
            select = part.select_regularised()
            _insert(workspace, part, select, number, first, hash_emails=hash_emails)
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise no_table(shown, blotted(str(error).splitlines()[0])) from error
    # what was odd about any of the files is told, not only about the first
    return replace(first, dialect=first.dialect.with_notes_of(part.dialect, shown)) if first else part


def _insert(
    workspace: Workspace, part: Part, select: str, number: int, first: Part | None, *, hash_emails: bool
) -> None:
    workspace.begin("Reading")
    cell = "hashed(c{0})" if hash_emails else "c{0}"
    ruling = first or part
    columns = ", ".join(f"{cell.format(part.names.index(name))} as c{i}" for i, name in enumerate(ruling.names))
    target = "insert into source" if first else "create temp table source as"
    workspace.con.execute(
        f"{target} select nullif(problem, '') as problem, {number} as part, {columns} from ({select})"
    )


def _without_addresses(part: Part) -> Part:
    """The part with what is known of it before its rows are read freed from e-mail addresses."""
    dialect = part.dialect
    return replace(
        part,
        names=column_names([blotted(name) for name in part.names]),
        dialect=replace(
            dialect,
            preamble=tuple(map(blotted, dialect.preamble)),
            notes=tuple(map(blotted, dialect.notes)),
        ),
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
