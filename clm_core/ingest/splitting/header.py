"""Where a table starts among rows of cells, and whether its first row is a header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from clm_core.ingest.aliases import fold
from clm_core.ingest.presets import known_headers

Row = Sequence[str | None]
_VALUE = re.compile(r"\s*'?[(+-]?\D{0,3}\d[\d.,:/\-\sTZ+]*\D{0,3}[)]?\s*")


def find_header(rows: Sequence[Row]) -> tuple[int, bool]:
    """The index where the table starts, and whether that row is a header."""
    named = named_header(rows)
    if named is not None:
        return named, True
    width = usual_width(rows) or 1
    for index, row in enumerate(rows):
        cells = filled(row)
        is_comment = bool(cells) and cells[0].lstrip().startswith("#") and len(cells) < width
        # data lines may end in a delimiter that the header lacks, so one cell less is still the table
        if cells and not is_comment and len(row) >= width - (width > 2) and len(cells) >= min(2, width):
            return index, _is_header(cells)
    return 0, False


def named_header(rows: Sequence[Row]) -> int | None:
    """The first row with most words that are known to head columns; none where no row has two of them."""
    scores = [n_known(row) for row in rows]
    best = max(scores, default=0)
    if best < 2:
        return None
    index = scores.index(best)
    header = filled(rows[index])
    # a row of data may hold such words too, but then it holds values, and so do the rows above it
    is_data = _n_values(header) and any(len(row) >= len(header) and _n_values(filled(row)) for row in rows[:index])
    return None if is_data else index


def n_known(row: Row) -> int:
    """How many different words of a row are known to head columns; none where more of its cells are values."""
    cells = filled(row)
    n = len({fold(cell) for cell in cells} & known_headers())
    return n if n > _n_values(cells) else 0


def usual_width(rows: Sequence[Row]) -> int:
    """The number of cells that most rows have, of those with more than one."""
    counts = Counter(len(row) for row in rows if len(row) > 1)
    return max(counts, key=lambda n: (counts[n], n)) if counts else 0


def filled(row: Row) -> list[str]:
    """The cells of a row that are not blank."""
    return [cell for cell in row if cell and cell.strip()]


def is_value(cell: str) -> bool:
    """True for a cell that reads as a number, an amount or a date."""
    return bool(_VALUE.fullmatch(cell))


def _n_values(cells: Sequence[str]) -> int:
    return sum(map(is_value, cells))


def _is_header(cells: Sequence[str]) -> bool:
    """A header has words that are known as such, or no cell that reads as a number or date."""
    return n_known(cells) > 0 or (not _n_values(cells) and len(set(cells)) == len(cells))
