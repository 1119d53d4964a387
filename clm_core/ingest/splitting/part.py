"""One plain file as rows of text: the readers that may know how to read it, from the fastest to the most patient."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from clm_core.errors import InputError
from clm_core.ingest.opening.encoding import begins_as_utf8, to_utf8
from clm_core.ingest.opening.refusal import check_width, no_table
from clm_core.ingest.query import literal, quoted
from clm_core.ingest.splitting.dialect import WHITESPACE, Dialect, Layout, column_names, find_layout
from clm_core.ingest.splitting.glance import Glance
from clm_core.ingest.splitting.records import TOO_MANY
from clm_core.ingest.splitting.recover import header_again_sql, regularise
from clm_core.ingest.splitting.regular import IrregularText, store_regular
from clm_core.ingest.splitting.workbook import read_workbook
from clm_core.ingest.workspace import Workspace


@dataclass(frozen=True)
class Rows:
    """A query of n, problem, c0 … cN that is cheap to ask more than once: n is the number of the row (from 0)."""

    sql: str
    repeating: frozenset[int] = frozenset()
    """The columns of which the same cells come back, as far as that is known without counting."""
    glances: dict[int, Glance] = field(default_factory=dict)
    """What is known of the cells of other columns, as far as it is."""
    is_sound: bool = False
    """True when no row has a problem; False where that is not known."""


@dataclass(frozen=True)
class Part:
    """A file's column names, how it is written, and its readers.

    A reader that cannot make sense of the file raises IrregularText or an error of DuckDB; then the next one is asked.
    """

    names: tuple[str, ...]
    dialect: Dialect
    readers: tuple[Callable[[], Rows], ...]

    def rows(self) -> Rows:
        """The rows by the first reader that makes sense of the file; the last one's error where none does."""
        *earlier, last = self.readers
        for read in earlier:
            try:
                return read()
            except duckdb.InterruptException:
                raise
            except (IrregularText, duckdb.Error):
                continue
        return last()


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
    """Most files are regular UTF-8: that is tried at once, and only what fails is looked through for its encoding first."""
    if encoding := begins_as_utf8(path, shown):
        try:
            layout = find_layout(path, shown)
            rows = _read_regular(workspace, path, layout)
        except (IrregularText, InputError):
            pass
        else:
            return Part(layout.names, _dialect(layout, encoding), (lambda: rows,))
    text, encoding, notes = to_utf8(path, workspace.folder, shown, workspace.watch)
    layout = find_layout(text, shown)
    return Part(layout.names, _dialect(layout, encoding, notes), tuple(_text_readers(workspace, text, layout)))


def _dialect(layout: Layout, encoding: str, notes: tuple[str, ...] = ()) -> Dialect:
    return Dialect(
        "text",
        encoding,
        layout.delimiter,
        layout.has_header,
        layout.n_preamble,
        preamble=layout.preamble,
        notes=notes,
    )


def _read_regular(workspace: Workspace, text: Path, layout: Layout) -> Rows:
    if layout.delimiter == WHITESPACE or not layout.is_clean_above:
        raise IrregularText
    target = _new_file(workspace, "parquet")
    stored_text = store_regular(text, layout, target, workspace.watch)
    problem = header_again_sql(layout) if stored_text.may_repeat_header else "null::varchar"
    query = _numbered(target, problem, len(layout.names))
    return Rows(query, stored_text.repeating, stored_text.glances, is_sound=not stored_text.may_repeat_header)


def _text_readers(workspace: Workspace, text: Path, layout: Layout) -> Iterator[Callable[[], Rows]]:
    cells = _cells(len(layout.names))

    def read_regular() -> Rows:
        return _read_regular(workspace, text, layout)

    def read_strictly() -> Rows:
        rows = _csv(text, cells, layout.delimiter, layout.n_skip, layout.quote)
        again = header_again_sql(layout)
        return stored(workspace, f"select {again} as problem, {', '.join(cells)} from {rows}", len(cells))

    def read_blank_separated() -> Rows:
        return stored(workspace, _blank_separated(text, layout), len(cells))

    def read_patiently() -> Rows:
        target = _new_file(workspace, "csv")
        mark = regularise(text, layout, target, workspace.watch)
        return stored(workspace, f"select * from {_csv(target, ['problem', *cells], mark, 0)}", len(cells))

    if layout.is_clean_above:
        yield from [read_blank_separated] if layout.delimiter == WHITESPACE else [read_regular, read_strictly]
    yield read_patiently


def _new_file(workspace: Workspace, ending: str) -> Path:
    return workspace.folder / f"{len(list(workspace.folder.iterdir()))}.{ending}"


def stored(workspace: Workspace, select: str, width: int) -> Rows:
    """The rows of a query that is dear to ask, kept in a file."""
    target = _new_file(workspace, "parquet")
    workspace.con.execute(f"copy ({select}) to {literal(str(target))} (format parquet, compression uncompressed)")
    return Rows(_numbered(target, "nullif(problem, '')", width))


def _numbered(path: Path, problem: str, width: int) -> str:
    rows = f"read_parquet({literal(str(path))}, file_row_number = true)"
    return f"select file_row_number as n, {problem} as problem, {', '.join(_cells(width))} from {rows}"


def _cells(width: int) -> list[str]:
    return [f"c{i}" for i in range(width)]


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
    select = f"select null::varchar as problem, {cells} from {rows}"
    return Part(column_names(raw_names), Dialect("parquet"), (lambda: stored(workspace, select, len(raw_names)),))


def _open_workbook(workspace: Workspace, path: Path, shown: str) -> Part:
    sheet = read_workbook(path, shown)

    def read() -> Rows:
        workspace.con.register("sheet", sheet.rows)
        return stored(workspace, "select null::varchar as problem, * from sheet", len(sheet.names))

    return Part(sheet.names, sheet.dialect, (read,))
