"""How a text file is written: delimiter, preamble, header. Found on the first lines, then used for the whole file."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from clm_core.ingest.aliases import fold
from clm_core.ingest.presets import known_headers

WHITESPACE = "whitespace"
_DELIMITERS = (",", ";", "\t", "|")
_SPOKEN = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", WHITESPACE: "blanks", "": "one column"}
_SAMPLE_CHARS = 1 << 17
_SAMPLE_ROWS = 200
_KEPT_LINES, _KEPT_CHARS = 20, 300
_VALUE = re.compile(r"\s*'?[(+-]?\D{0,3}\d[\d.,:/\-\sTZ+]*\D{0,3}[)]?\s*")


@dataclass(frozen=True)
class Dialect:
    """How one file is written."""

    form: str  # "text", "xlsx" or "parquet"
    encoding: str = "utf-8"
    delimiter: str = ","
    has_header: bool = True
    n_preamble: int = 0
    decimal: str = "."
    preamble: tuple[str, ...] = ()
    """The lines above the table, cut to 20 lines of 300 characters."""
    notes: tuple[str, ...] = ()
    """What was left out or changed to read the file, each a sentence."""
    later_preambles: tuple[tuple[str, ...], ...] = ()
    """The lines above the table of each further file of the same import."""

    def with_notes_of(self, other: Dialect, shown: str) -> Dialect:
        """The same dialect with what is to be told about another file of the same import."""
        notes = (*self.notes, *(f"{shown}: {note}" for note in other.notes))
        return replace(self, notes=notes, later_preambles=(*self.later_preambles, other.preamble))

    @property
    def summary(self) -> str:
        """The dialect in plain words."""
        if self.form != "text":
            return {"xlsx": "Excel workbook", "parquet": "Parquet file"}[self.form]
        parts = [f"separated by {_SPOKEN[self.delimiter]}", self.encoding, f"decimal mark '{self.decimal}'"]
        parts.append("with a header line" if self.has_header else "without a header line")
        if self.n_preamble:
            parts.append(f"{self.n_preamble} line(s) above the table skipped")
        return ", ".join(parts)


@dataclass(frozen=True)
class Layout:
    """Where the table starts in a text: delimiter, column names, and how many logical lines precede the data."""

    delimiter: str
    names: tuple[str, ...]
    has_header: bool
    n_preamble: int
    preamble: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def n_skip(self) -> int:
        """Logical lines before the first data row."""
        return self.n_preamble + int(self.has_header)


def find_layout(path: Path) -> Layout:
    """Find delimiter, preamble and header from the first lines of a UTF-8 text."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        text = stream.read(_SAMPLE_CHARS)
        is_whole = not stream.read(1)
    lines = list(io.StringIO(text, newline=""))
    if not is_whole and len(lines) > 1:
        lines.pop()
    tables = {mark: _split(lines, mark) for mark in (*_DELIMITERS, WHITESPACE)}
    # blanks separate only where no other mark does: words in a cell have blanks too
    best = max(_DELIMITERS, key=lambda mark: _regularity(tables[mark]))
    if _regularity(tables[best])[0] < 0.5 and _regularity(tables[WHITESPACE])[0] >= 0.9:
        best = WHITESPACE
    rows = tables[best]
    width = _width(rows)
    if width < 2:
        best, rows = ",", tables[","]
    start, has_header = find_header(rows)
    cells = rows[start] if start < len(rows) else []
    n_columns = max(width, len(cells))
    header = [*cells, *[None] * (n_columns - len(cells))] if has_header else [None] * n_columns
    return Layout(best, column_names(header), has_header, start, _preamble(lines, rows[:start], best))


def _preamble(lines: Sequence[str], rows: Sequence[Sequence[str]], mark: str) -> tuple[str, ...]:
    """What stands above the table, a record a line."""
    if mark == WHITESPACE:
        return tuple(line.strip()[:_KEPT_CHARS] for line in lines[: min(len(rows), _KEPT_LINES)])
    return tuple(mark.join(row).strip(mark + " ")[:_KEPT_CHARS] for row in rows[:_KEPT_LINES])


def _split(lines: Sequence[str], mark: str) -> list[list[str]]:
    if mark == WHITESPACE:
        return [line.split() for line in lines[:_SAMPLE_ROWS]]
    rows = []
    try:
        for row in csv.reader(lines, delimiter=mark):
            rows.append(row)
            if len(rows) >= _SAMPLE_ROWS:
                break
    except csv.Error:
        return rows
    return rows


def _width(rows: Sequence[Sequence[str]]) -> int:
    counts = Counter(len(row) for row in rows if len(row) > 1)
    return max(counts, key=lambda n: (counts[n], n)) if counts else 0


def _regularity(rows: Sequence[Sequence[str]]) -> tuple[float, int]:
    """The share of lines with the usual number of cells, and that number."""
    width = _width(rows)
    filled = [row for row in rows if row]
    return (sum(len(row) == width for row in filled) / len(filled) if filled and width else 0.0, width)


def find_header(rows: Sequence[Sequence[str | None]]) -> tuple[int, bool]:
    """The index where the table starts, and whether that row is a header."""
    filled = [[cell for cell in row if cell and cell.strip()] for row in rows]
    counts = Counter(len(row) for row in rows if len(row) > 1)
    width = max(counts, key=lambda n: (counts[n], n)) if counts else 1
    for index, (row, cells) in enumerate(zip(rows, filled, strict=True)):
        is_comment = bool(cells) and str(cells[0]).lstrip().startswith("#") and len(cells) < width
        # data lines may end in a delimiter that the header lacks, so one cell less is still the table
        if cells and not is_comment and len(row) >= width - (width > 2) and len(cells) >= min(2, width):
            return index, _is_header([str(cell) for cell in cells])
    return 0, False


def _is_header(cells: Sequence[str]) -> bool:
    """A header has a word that is known as one, or no cell that reads as a number or date."""
    if any(fold(cell) in known_headers() for cell in cells):
        return True
    return not any(_VALUE.fullmatch(cell) for cell in cells) and len(set(cells)) == len(cells)


def column_names(cells: Sequence[str | None]) -> tuple[str, ...]:
    """Header cells as distinct names; a blank one becomes column_N, a repeated one gets a number."""
    names: list[str] = []
    for position, cell in enumerate(cells, start=1):
        name = (cell or "").strip().lstrip("﻿") or f"column_{position}"
        candidate, number = name, 1
        while candidate in names:
            number += 1
            candidate = f"{name}_{number}"
        names.append(candidate)
    return tuple(names)
