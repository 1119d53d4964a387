"""How a text file is written: delimiter, preamble, header. Found on the first lines, then used for the whole file."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from clm_core.ingest.opening.refusal import check_width, no_table
from clm_core.ingest.splitting.header import find_header, n_known, named_header, usual_width
from clm_core.ingest.splitting.records import Record, read_records

WHITESPACE = "whitespace"
_DELIMITERS = (",", ";", "\t", "|")
_SPOKEN = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", WHITESPACE: "blanks", "": "one column"}
_SAMPLE_CHARS = 1 << 17
_SAMPLE_ROWS = 200
_KEPT_LINES, _KEPT_CHARS = 20, 300
_SAID = re.compile(r'"?sep=([,;\t|])"?', re.IGNORECASE)


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
    """Where the table starts in a text: delimiter, column names, and how many records precede the data."""

    delimiter: str
    quote: str
    names: tuple[str, ...]
    header: tuple[str, ...]
    """The header's cells as they stand in the text; none where there is no header."""
    n_preamble: int
    preamble: tuple[str, ...]
    is_clean_above: bool
    """False when a quotation mark above the data is never closed: what precedes them has to be counted line by line."""

    @property
    def has_header(self) -> bool:
        """True when the table has a header."""
        return bool(self.header)

    @property
    def n_skip(self) -> int:
        """Records before the first data row."""
        return self.n_preamble + int(self.has_header)


def find_layout(path: Path, shown: str) -> Layout:
    """Find delimiter, preamble and header from the first lines of a UTF-8 text.

    Raises
    ------
    InputError
        When there is no table, or one of more columns than any export has.
    """
    lines = _first_lines(path)
    mark, quote = _delimiter(lines)
    records = _split(lines, mark, quote)
    rows = [record.cells for record in records]
    start, has_header = find_header(rows)
    header = rows[start] if has_header else []
    width = max(usual_width(rows[start:]), len(header), len(rows[start]) if start < len(rows) else 0)
    check_width(width, shown)
    if not width:
        raise no_table(shown, "only blank lines")
    return Layout(
        delimiter=mark,
        quote=quote,
        names=column_names([*header, *[None] * (width - len(header))]),
        header=tuple(header),
        n_preamble=start,
        preamble=shortened(("" if mark == WHITESPACE else mark).join(row) for row in rows[:start]),
        is_clean_above=not any(record.problem for record in records[: start + has_header]),
    )


def shortened(lines: Iterable[str]) -> tuple[str, ...]:
    """Lines above a table, as far as they are kept."""
    return tuple(line.strip(" ,;\t|")[:_KEPT_CHARS] for line in islice(lines, _KEPT_LINES))


def _first_lines(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        text = stream.read(_SAMPLE_CHARS)
        is_whole = not stream.read(1)
    lines = list(io.StringIO(text, newline=None))
    return lines if is_whole or len(lines) < 2 else lines[:-1]


def _delimiter(lines: Sequence[str]) -> tuple[str, str]:
    """The sign between cells and the one around them: by Excel's own line, by known headers, or by even rows."""
    said = _SAID.fullmatch(lines[0].rstrip("\n")) if lines else None
    marks = said.group(1) if said else _DELIMITERS
    quotes = {mark: _quote(lines, mark) for mark in marks}
    tables = {mark: [record.cells for record in _split(lines, mark, quotes[mark])] for mark in marks}
    best = max(marks, key=lambda mark: (_n_named(tables[mark]), _regularity(tables[mark])))
    share, width = _regularity(tables[best])
    if not said and not _n_named(tables[best]):
        # blanks separate only where no other mark does: words in a cell have blanks too
        if share < 0.5 and _regularity([line.split() for line in lines[:_SAMPLE_ROWS]])[0] >= 0.9:
            return WHITESPACE, '"'
        if width < 2:
            return ",", '"'
    return best, quotes[best]


def _n_named(rows: Sequence[Sequence[str]]) -> int:
    named = named_header(rows)
    return 0 if named is None else n_known(rows[named])


def _quote(lines: Sequence[str], mark: str) -> str:
    """An apostrophe only where nearly every line has cells between apostrophes."""
    filled_lines = [line for line in lines[:_SAMPLE_ROWS] if line.strip()]
    n_between = sum(f"'{mark}'" in line for line in filled_lines)
    return "'" if n_between > 0.8 * len(filled_lines) else '"'


def _split(lines: Sequence[str], mark: str, quote: str) -> list[Record]:
    if mark == WHITESPACE:
        return [Record(line.split()) for line in lines[:_SAMPLE_ROWS]]
    return list(islice(read_records(lines, mark, quote), _SAMPLE_ROWS))


def _regularity(rows: Sequence[Sequence[str]]) -> tuple[float, int]:
    """The share of lines with the usual number of cells, and that number."""
    width = usual_width(rows)
    n_filled = sum(bool(row) for row in rows)
    return (sum(len(row) == width for row in rows) / n_filled if n_filled and width else 0.0, width)


def column_names(cells: Sequence[str | None]) -> tuple[str, ...]:
    """Header cells as distinct names; a blank one becomes column_N, a repeated one gets a number."""
    names: dict[str, None] = {}
    repeats: Counter[str] = Counter()
    for position, cell in enumerate(cells, start=1):
        name = (cell or "").strip().lstrip("\ufeff") or f"column_{position}"
        candidate = name
        while candidate in names:
            repeats[name] += 1
            candidate = f"{name}_{repeats[name] + 1}"
        names[candidate] = None
    return tuple(names)
