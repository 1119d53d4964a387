"""Lines to records: which lines belong to one row, and which cells it has.

A quotation mark that is never closed would swallow the lines behind it. Here it costs one line: a record that does not
close within a few lines is taken as broken, and reading goes on with the next line.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

TOO_MANY = "more cells than the header"
BROKEN_QUOTE = "quotation mark never closed"
TOO_LONG = "a cell of more than 131,072 characters"
_MOST_LINES = 50
_MOST_CHARS = csv.field_size_limit()


class Record(NamedTuple):
    """The cells of one row, none for a blank line, and what is wrong with it, or nothing.

    A line of the right number of cells without any quotation mark comes as it stands: most lines do, and need no splitting.
    """

    cells: list[str]
    problem: str = ""
    line: str = ""


def read_records(
    lines: Iterable[str], delimiter: str, quote: str = '"', *, width: int = 0, n_skip: int = 0
) -> Iterator[Record]:
    """Records of a text after the first ``n_skip``; those of more than ``width`` cells have too many, where it is given."""
    source = _Lines(lines)
    for _ in range(n_skip):
        if (line := source.take()) is not None:
            _record(line, source, delimiter, quote, 0)
    while (line := source.take()) is not None:
        if width and quote not in line and line.count(delimiter) == width - 1:
            yield Record([], line=line.rstrip("\r\n"))
        else:
            yield _record(line, source, delimiter, quote, width)


class _Lines:
    """Lines that can be put back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._rest, self._ahead = iter(lines), deque[str]()

    def take(self) -> str | None:
        return self._ahead.popleft() if self._ahead else next(self._rest, None)

    def put_back(self, lines: list[str]) -> None:
        self._ahead.extendleft(reversed(lines))


def _record(line: str, source: _Lines, delimiter: str, quote: str, width: int) -> Record:
    text = line.rstrip("\r\n")
    if quote not in text:
        cells = text.split(delimiter) if text.strip() else []
    elif (quoted := _quoted(line, source, delimiter, quote, width)) is not None:
        cells = quoted
    elif len(text) > _MOST_CHARS:
        return Record(text.split(delimiter), TOO_LONG)
    else:
        return Record(text.split(delimiter), BROKEN_QUOTE)
    return Record(cells, TOO_MANY if width and len(cells) > width else "")


def _quoted(line: str, source: _Lines, delimiter: str, quote: str, width: int) -> list[str] | None:
    """The cells of a record with quotation marks, by the first reading of it that fits the table."""
    alone = None
    for escape in (None, "\\") if "\\" in line else (None,):  # databases write \" for a mark inside a cell, others ""
        used = [line]
        cells = _parsed(line, source, used, delimiter, quote, escape)
        if cells is not None and (not width or len(cells) == width):
            return cells
        source.put_back(used[1:])
        if len(used) == 1 and escape is None:
            alone = cells
    stray = _cells_with_stray_marks(line.rstrip("\r\n"), delimiter, quote) if line.count(quote) > 2 else None
    return stray if stray and len(stray) == width else alone


def _parsed(
    line: str, source: _Lines, used: list[str], delimiter: str, quote: str, escape: str | None
) -> list[str] | None:
    def growing() -> Iterator[str]:
        """The line, and the lines behind it for as long as a cell stays open."""
        yield line
        n_chars = len(line)
        while len(used) < _MOST_LINES and n_chars < _MOST_CHARS and (following := source.take()) is not None:
            used.append(following)
            n_chars += len(following)
            yield following

    reader = csv.reader(
        growing(),
        delimiter=delimiter,
        quotechar=quote,
        escapechar=escape,
        doublequote=escape is None,
        skipinitialspace=f"{delimiter} {quote}" in line,
        strict=True,
    )
    try:
        return next(reader)
    except csv.Error:
        return None


def _cells_with_stray_marks(text: str, delimiter: str, quote: str) -> list[str] | None:
    """Cells such as ``"5" disk"``, whose inner marks were not doubled: a mark closes only before a delimiter."""
    cells, position = [], 0
    while True:
        match = _cell_pattern(delimiter, quote).match(text, position)
        if match is None:
            return None
        inner, plain = match.groups()
        cells.append(plain if inner is None else inner.replace(quote * 2, quote))
        if match.end() == len(text):
            return cells
        position = match.end() + 1


@cache
def _cell_pattern(delimiter: str, quote: str) -> re.Pattern[str]:
    mark, end = re.escape(quote), rf"(?={re.escape(delimiter)}|$)"
    return re.compile(rf"{mark}(.*?){mark}{end}|((?!{mark})[^{re.escape(delimiter)}]*){end}", re.DOTALL)
