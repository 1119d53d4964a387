"""One plain file as a query of text rows: what DuckDB is asked to read, and what to ask when the text is irregular."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clm_core.ingest.dialect import WHITESPACE, Dialect, Layout, column_names, find_layout
from clm_core.ingest.encoding import to_utf8
from clm_core.ingest.records import TOO_MANY
from clm_core.ingest.recover import header_again_sql, regularise
from clm_core.ingest.refusal import check_width, no_table
from clm_core.ingest.values import literal, quoted
from clm_core.ingest.workbook import read_workbook
from clm_core.ingest.workspace import Workspace


@dataclass(frozen=True)
class Part:
    """A file's column names, how it is written, and queries that give problem, c0 … cN."""

    names: tuple[str, ...]
    dialect: Dialect
    select: str
    select_regularised: Callable[[], str] | None = None


def open_part(workspace: Workspace, path: Path, shown: str) -> Part:
    """Recognise a plain file by its first bytes and prepare the query that reads it."""
    with path.open("rb") as stream:
        head = stream.read(8)
    if head[:4] == b"PAR1":
        return _open_parquet(workspace, path, shown)
    if head[:4] == b"PK\x03\x04":
        return _open_workbook(workspace, path, shown)
    return _open_text(workspace, path, shown)


def _open_text(workspace: Workspace, path: Path, shown: str) -> Part:
    text, encoding, notes = to_utf8(path, workspace.folder, shown)
    layout = find_layout(text, shown)
    dialect = Dialect(
        "text",
        encoding,
        layout.delimiter,
        layout.has_header,
        layout.n_preamble,
        preamble=layout.preamble,
        notes=notes,
    )
    if layout.delimiter == WHITESPACE:
        select = _blank_separated(text, layout)
    else:
        columns = ", ".join(f"c{i}" for i in range(len(layout.names)))
        names = [f"c{i}" for i in range(len(layout.names))]
        rows = _csv(text, names, layout.delimiter, layout.n_skip, layout.quote)
        select = f"select {header_again_sql(layout)} as problem, {columns} from {rows}"

    def select_regularised() -> str:
        target = workspace.folder / f"{len(list(workspace.folder.iterdir()))}.regular"
        regularise(text, layout, target)
        return f"select * from {_csv(target, ['problem', *(f'c{i}' for i in range(len(layout.names)))], ',', 0)}"

    if not layout.is_clean_above:
        return Part(layout.names, dialect, select_regularised())
    return Part(layout.names, dialect, select, select_regularised)


def _csv(path: Path, names: list[str], delimiter: str, n_skip: int, quote: str = '"') -> str:
    """A strict reading: anything irregular is an error, so that no line can go missing unnoticed."""
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    return (
        f"read_csv({literal(str(path))}, auto_detect=false, header=false, skip={n_skip}, delim={literal(delimiter)}, "
        f"quote={literal(quote)}, escape={literal(quote)}, columns={{{columns}}})"
    )


def _blank_separated(path: Path, layout: Layout) -> str:
    width = len(layout.names)
    cells = [f"p[{i + 1}] as c{i}" for i in range(width - 1)]
    return f"""
    select case when len(p) > {width} then {literal(TOO_MANY)} end as problem, {", ".join(cells)},
        nullif(array_to_string(p[{width}:], ' '), '') as c{width - 1}
    from (select string_split_regex(trim(line, ' ' || chr(9)), '[ \\t]+') as p
          from read_csv({literal(str(path))}, auto_detect=false, header=false, skip={layout.n_skip}, delim=chr(31),
                        quote='', escape='', columns={{'line': 'VARCHAR'}})
          where trim(line, ' ' || chr(9)) <> '')"""


def _open_parquet(workspace: Workspace, path: Path, shown: str) -> Part:
    rows = f"read_parquet({literal(str(path))})"
    described = workspace.con.execute(f"describe select * from {rows}").fetchall()
    raw_names = [str(row[0]) for row in described]
    if not raw_names:
        raise no_table(shown, "no columns")
    check_width(len(raw_names), shown)
    cells = ", ".join(f"{quoted(name)}::varchar as c{i}" for i, name in enumerate(raw_names))
    return Part(column_names(raw_names), Dialect("parquet"), f"select null::varchar as problem, {cells} from {rows}")


def _open_workbook(workspace: Workspace, path: Path, shown: str) -> Part:
    sheet = read_workbook(path, shown)
    view = f"sheet_{len(list(workspace.folder.iterdir()))}_{path.stat().st_size}"
    workspace.con.execute(f"drop view if exists {quoted(view)}")
    workspace.con.register(view, sheet.rows)
    return Part(sheet.names, sheet.dialect, f"select null::varchar as problem, * from {quoted(view)}")
