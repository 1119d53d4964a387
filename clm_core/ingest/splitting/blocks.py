"""The blocks of cells on a sheet: tables beside and below each other, with the lines above them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from clm_core.ingest.splitting.header import filled, find_header, is_value, n_known

Cells = tuple[str | None, ...]
Rows = list[Cells]
_SAMPLE_ROWS = 200


class Block(NamedTuple):
    """Cells that belong together: what stands above, the header if there is one, and the rows."""

    row: int
    """Where it starts, counted from 0."""
    column: int
    above: tuple[Cells, ...]
    header: tuple[str, ...]
    rows: tuple[Cells, ...]

    @property
    def width(self) -> int:
        """The number of columns."""
        return max((len(row) for row in (self.header, *self.rows)), default=0)

    @property
    def is_table(self) -> bool:
        """True with two columns and a row."""
        return self.width > 1 and bool(self.rows)

    @property
    def rank(self) -> tuple[int, int]:
        """How much it looks like a table that is wanted: known header words, then rows."""
        return n_known(self.header), len(self.rows)


def blocks(rows: Rows) -> Iterator[Block]:
    """The blocks of a sheet: blank columns part them side by side, a new header or a remark after a blank row below."""
    for first, last in _column_ranges(rows):
        cut = [row[first:last] if any(row[first:last]) else () for row in rows]
        while cut and not cut[-1]:
            cut.pop()
        start = 0
        while start < len(cut):
            if cut[start]:
                end = _end(cut, start)
                yield _block(cut, start, end, first)
                start = end
            start += 1


def _column_ranges(rows: Rows) -> Iterator[tuple[int, int]]:
    """First and last (exclusive) of columns that stand beside each other without a blank one between them."""
    used: set[int] = set()
    for row in rows:
        used.update(i for i, cell in enumerate(row) if cell is not None)
    for i in sorted(used):
        if i - 1 not in used:
            last = i
            while last in used:
                last += 1
            yield i, last


def _block(cut: Rows, start: int, end: int, column: int) -> Block:
    part = cut[start:end]
    place, has_header = find_header(part[:_SAMPLE_ROWS])
    header = tuple(cell or "" for cell in part[place]) if has_header else ()
    body = tuple(row for row in part[place + has_header :] if row)
    return Block(start, column, tuple(part[:place]), header, body)


def _end(cut: Rows, start: int) -> int:
    """Where the block ends that begins at a row: before the first blank row that something else follows."""
    place, has_header = find_header(cut[start : start + _SAMPLE_ROWS])
    after_header = start + place + has_header
    for i in range(after_header + 1, len(cut)):
        if cut[i] and not cut[i - 1] and _is_else(cut[i], cut[max(after_header, i - _SAMPLE_ROWS) : i - 1]):
            return i - 1
    return len(cut)


def _is_else(row: Cells, above: Sequence[Cells]) -> bool:
    """True for a row after a blank one that does not go on with the rows above: a remark, a title, another header."""
    cells = filled(row)
    usual = [filled(other) for other in above if other]
    if not usual:
        return False
    if len(cells) == 1 and any(len(other) > 1 for other in usual):
        return True
    return n_known(row) > 1 or (not any(map(is_value, cells)) and all(any(map(is_value, other)) for other in usual))
