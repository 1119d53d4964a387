"""The table of an Excel workbook, as text cells: the block of cells that looks most like an export."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pyarrow as pa
from openpyxl.utils import get_column_letter

from clm_core.errors import ClmError
from clm_core.ingest.opening.refusal import check_width, no_table
from clm_core.ingest.splitting.blocks import Block, Rows, blocks
from clm_core.ingest.splitting.dialect import Dialect, column_names, shortened

MOST_CELLS = 20_000_000
_MOST_BYTES = 1 << 30
_SAVE_AS_CSV = "Open it in Excel and save the sheet with the table as CSV (UTF-8)."


class Sheet(NamedTuple):
    """The table of a workbook: column names, how it is written, and its rows as text in columns c0 … cN."""

    names: tuple[str, ...]
    dialect: Dialect
    rows: pa.Table


class _Found(NamedTuple):
    """A block of cells and the sheet it stands on."""

    sheet: str
    is_hidden: bool
    block: Block


def read_workbook(path: Path, shown: str) -> Sheet:
    """Read the table of a workbook; blocks with the same header, as one sheet a month, are one table.

    Raises
    ------
    InputError
        When the workbook is damaged, too big, or has no block of cells that is a table.
    """
    _check_size(path, shown)
    try:
        found = list(_tables(path, shown))
    except ClmError:
        raise
    except Exception as error:
        # the workbook reader raises whatever the damage in the file leads to
        raise no_table(shown, f"a workbook that cannot be opened ({type(error).__name__})") from error
    tables = [one for one in found if one.block.is_table]
    best = max(tables, key=lambda one: (not one.is_hidden, one.block.rank), default=None)
    if best is None:
        raise no_table(shown, "a workbook without a table", _SAVE_AS_CSV)
    chosen = [one for one in tables if one.is_hidden == best.is_hidden and _has_same_header(one.block, best.block)]
    return _joined(chosen, [one for one in found if one not in chosen], shown)


def _has_same_header(one: Block, other: Block) -> bool:
    return one is other or (bool(other.header) and one.header == other.header)


def _joined(chosen: Sequence[_Found], others: Sequence[_Found], shown: str) -> Sheet:
    width = max(one.block.width for one in chosen)
    check_width(width, shown)
    block = chosen[0].block
    names = column_names([*block.header, *[None] * (width - len(block.header))])
    rows = [row for one in chosen for row in one.block.rows]
    table = pa.table({f"c{i}": pa.array([row[i] if i < len(row) else None for row in rows]) for i in range(width)})
    dialect = Dialect(
        "xlsx",
        has_header=bool(block.header),
        n_preamble=len(block.above),
        preamble=shortened(" ".join(cell for cell in row if cell) for row in block.above),
        notes=tuple(_notes(chosen, others)),
    )
    return Sheet(names, dialect, table.cast(pa.schema([(name, pa.string()) for name in table.column_names])))


def _notes(chosen: Sequence[_Found], others: Sequence[_Found]) -> Iterator[str]:
    """What was read together, and what was left out."""
    if len(chosen) > 1:
        yield f"{len(chosen)} tables with the same header were read as one: {', '.join(map(_place, chosen))}."
    read = {one.sheet for one in chosen}
    unread = dict.fromkeys(one for one in others if one.sheet not in read)
    for sheet, is_hidden in dict.fromkeys((one.sheet, one.is_hidden) for one in unread):
        yield f"{'Hidden sheet' if is_hidden else 'Sheet'} '{sheet}' was not read."
    for one in others:
        if one.sheet in read:
            yield f"What stands at {_place(one)} was not read: {_glimpse(one.block)}."


def _place(one: _Found) -> str:
    return f"{get_column_letter(one.block.column + 1)}{one.block.row + 1} of '{one.sheet}'"


def _glimpse(block: Block) -> str:
    cells = [cell for row in (*block.above, block.header, *block.rows) for cell in row if cell]
    return f"{len(block.rows)} rows that begin with '{cells[0][:60]}'" if len(block.rows) > 1 else f"'{cells[0][:60]}'"


def _tables(path: Path, shown: str) -> Iterator[_Found]:
    """Every block of cells of every sheet, those without a table too."""
    n_cells = 0
    with warnings.catch_warnings(), path.open("rb") as stream:
        # openpyxl warns about styles it does not know; they do not touch the cells
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                rows: Rows = []
                sheet.reset_dimensions()  # programs write wrong ones, and then cells would be cut off
                for values in sheet.iter_rows(values_only=True):
                    rows.append(_texts(values))
                    n_cells += len(rows[-1])
                    if n_cells > MOST_CELLS:
                        raise no_table(shown, f"a workbook of more than {MOST_CELLS:,} cells", _SAVE_AS_CSV)
                for block in blocks(rows):
                    yield _Found(sheet.title, sheet.sheet_state != "visible", block)
        finally:
            book.close()


def _texts(values: Sequence[Any]) -> tuple[str | None, ...]:
    """The cells of a row as text, up to the last that is not blank."""
    texts = [_text(value) for value in values]
    while texts and texts[-1] is None:
        texts.pop()
    return tuple(texts)


def _text(value: object) -> str | None:
    """A cell as it would stand in a CSV: whole numbers without a point, a day without a clock."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)


def _check_size(path: Path, shown: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile as error:
        raise no_table(shown, "a damaged workbook") from error
    if size > _MOST_BYTES:
        raise no_table(shown, f"a workbook of {size:,} bytes once expanded", _SAVE_AS_CSV)
