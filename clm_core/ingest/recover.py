"""Texts that are not regular: each line is kept, made regular, and told what was wrong with it.

A quotation mark that is never closed would swallow the lines behind it. Here it costs one line: a record that does not
close within a few lines is taken as broken, and reading goes on with the next line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from clm_core.ingest.dialect import WHITESPACE, Layout

TOO_MANY = "more cells than the header"
BROKEN_QUOTE = "quotation mark never closed"
_MOST_LINES = 50


def regularise(path: Path, layout: Layout, target: Path) -> None:
    """Write the data rows of a text as a regular CSV with a leading column ``problem``."""
    width = len(layout.names)
    with (
        path.open(encoding="utf-8-sig", newline=None) as source,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, quoting=csv.QUOTE_ALL)
        for number, (cells, problem) in enumerate(_records(source, layout)):
            if number < layout.n_skip or not any(cells):
                continue
            writer.writerow([problem, *_fitted(cells, width, layout.delimiter)])


def _records(lines: Iterator[str], layout: Layout) -> Iterator[tuple[list[str], str]]:
    """Cells of each record and its problem; blank lines come as records without cells."""
    width = len(layout.names)
    pending: list[str] = []
    while (line := pending.pop(0) if pending else next(lines, None)) is not None:
        if layout.delimiter == WHITESPACE:
            words = line.split()
            yield words, TOO_MANY if len(words) > width else ""
            continue
        record, read_ahead = [line], []
        while _is_open(record) and len(record) < _MOST_LINES:
            following = pending.pop(0) if pending else next(lines, None)
            if following is None:
                break
            record.append(following)
            read_ahead.append(following)
        cells = None if _is_open(record) else _cells("".join(record), layout.delimiter)
        if cells is None or (read_ahead and len(cells) != width):
            pending = [*read_ahead, *pending]
            yield line.rstrip("\n").split(layout.delimiter), BROKEN_QUOTE
        else:
            yield cells, TOO_MANY if len(cells) > width else ""


def _is_open(record: list[str]) -> bool:
    return sum(line.count('"') for line in record) % 2 == 1


def _cells(record: str, delimiter: str) -> list[str] | None:
    """The cells of one record, or None where its quotation marks make no sense."""
    text = record.rstrip("\n")
    try:
        rows = list(csv.reader([text], delimiter=delimiter)) if text else [[]]
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _fitted(cells: list[str], width: int, delimiter: str) -> list[str]:
    """Short rows filled with blanks; what a long row has too much stays visible in its last cell."""
    if len(cells) <= width:
        return [*cells, *[""] * (width - len(cells))]
    mark = " " if delimiter == WHITESPACE else delimiter
    return [*cells[: width - 1], mark.join(cells[width - 1 :])]
