"""Texts that are not regular: each line is kept, made regular, and told what was wrong with it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from clm_core.ingest.query import literal
from clm_core.ingest.splitting.dialect import WHITESPACE, Layout
from clm_core.ingest.splitting.records import TOO_MANY, Record, read_records
from clm_core.ingest.watch import Watch

HEADER_AGAIN = "the header again"
_COMPARED = 4


def regularise(path: Path, layout: Layout, target: Path, watch: Watch) -> str:
    """Write the data rows of a text as a regular CSV with a leading column ``problem``; return its delimiter."""
    width = len(layout.names)
    mark = "," if layout.delimiter == WHITESPACE else layout.delimiter
    header, named = mark.join(layout.header), named_cells(layout)
    # universal newlines: a file may change its line ends half-way
    with path.open(encoding="utf-8-sig") as source, target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=mark, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for cells, problem, line in _data_records(source, layout):
            watch.check()
            if line and line != header and '"' not in line:
                out.write(f"{mark}{line}\n")
            elif line:
                writer.writerow([HEADER_AGAIN if line == header else "", *line.split(mark)])
            elif cells:
                again = HEADER_AGAIN if _is_header(cells, named) else problem
                writer.writerow([again, *_fitted(cells, width, layout.delimiter)])
    return mark


def header_again_sql(layout: Layout) -> str:
    """The column ``problem`` of a regular text: exports that were put one behind the other repeat their header."""
    cells = [f"c{i} = {literal(cell)}" for i, cell in named_cells(layout)]
    return f"case when {' and '.join(cells)} then {literal(HEADER_AGAIN)} end" if len(cells) > 1 else "null::varchar"


def named_cells(layout: Layout) -> list[tuple[int, str]]:
    """The first header cells that say something, by position."""
    return [(i, cell) for i, cell in enumerate(layout.header) if cell.strip()][:_COMPARED]


def _is_header(cells: list[str], named: list[tuple[int, str]]) -> bool:
    return len(named) > 1 and all(i < len(cells) and cells[i] == cell for i, cell in named)


def _data_records(lines: Iterator[str], layout: Layout) -> Iterator[Record]:
    width = len(layout.names)
    if layout.delimiter != WHITESPACE:
        yield from read_records(lines, layout.delimiter, layout.quote, width=width, n_skip=layout.n_skip)
        return
    for number, line in enumerate(lines):
        if number >= layout.n_skip:
            words = line.split()
            yield Record(words, TOO_MANY if len(words) > width else "")


def _fitted(cells: list[str], width: int, delimiter: str) -> list[str]:
    """Short rows filled with blanks; what a long row has too much stays visible in its last cell."""
    if len(cells) <= width:
        return [*cells, *[""] * (width - len(cells))]
    mark = " " if delimiter == WHITESPACE else delimiter
    return [*cells[: width - 1], mark.join(cells[width - 1 :])]
