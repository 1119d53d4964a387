"""Regular text, read in pieces on two threads into a Parquet file; text that is not regular is left to slower readers.

Parquet keeps a column as numbers into a list of its distinct cells. A gigabyte of order lines becomes some tens of megabytes,
and whatever is asked of a column afterwards is worked out for its distinct cells instead of for every row.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet

from clm_core.ingest.opening.encoding import is_plain_utf8
from clm_core.ingest.splitting.dialect import Layout
from clm_core.ingest.splitting.glance import Glance, glance_at
from clm_core.ingest.splitting.recover import named_cells
from clm_core.ingest.watch import Watch

PIECE_BYTES = 1 << 21  # small enough to stay in a processor's cache and to reuse its memory
_MOST_ABOVE = 1 << 20
_THREADS = 2
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LISTED = pa.dictionary(pa.int32(), pa.string())


class IrregularText(Exception):  # noqa: N818  no error: the next reader is asked
    """The text has lines that only a patient reader can split into cells."""


class Stored(NamedTuple):
    """What is known of a stored text: the columns whose cells come back, what a glance told of the others, and whether its header
    may come back too.
    """

    repeating: frozenset[int]
    glances: dict[int, Glance]
    may_repeat_header: bool


class _Rows(NamedTuple):
    """The rows of one piece, and a glance at each column of which no list of distinct cells is kept."""

    table: pa.Table
    glances: dict[str, Glance]


def store_regular(text: Path, layout: Layout, target: Path, watch: Watch) -> Stored:
    """Write the data rows of a UTF-8 text as a Parquet file with columns c0 … cN, in their order, blank cells null.

    Raises
    ------
    IrregularText
        When any line has another number of cells than the table, or quotation marks that do not enclose whole cells;
        when the text is no plain UTF-8.
    Cancelled
        When the watcher cancelled.
    """
    types = {f"c{i}": _LISTED for i in range(len(layout.names))}
    size = text.stat().st_size
    with text.open("rb") as stream, ThreadPoolExecutor(_THREADS) as readers:
        pieces, header = _pieces(stream, layout), _HeaderWord(layout)
        first = _table(header.seek(next(pieces, b"\n")), layout, types)
        schema = pa.schema([(name, _best_type(first[name])) for name in types])
        types = dict(zip(schema.names, schema.types, strict=True))
        listed = [field.name for field in schema if field.type == _LISTED]
        with parquet.ParquetWriter(
            target, schema, compression="none", use_dictionary=listed, write_statistics=False
        ) as writer:
            glances: dict[str, Glance] = {}
            for rows in _in_turn(readers, first.cast(schema), map(header.seek, pieces), layout, types):
                writer.write_table(rows.table)
                glances = {
                    name: glances[name].above(seen) if name in glances else seen for name, seen in rows.glances.items()
                }
                watch.reach(stream.tell() / size)
    return Stored(
        frozenset(int(name[1:]) for name in listed),
        {int(name[1:]): glance for name, glance in glances.items()},
        header.is_found,
    )


def _in_turn(
    readers: ThreadPoolExecutor, first: pa.Table, pieces: Iterator[bytes], layout: Layout, types: dict[str, pa.DataType]
) -> Iterator[_Rows]:
    """The rows of the first piece and of all others, which are read ahead."""
    yield _looked_at(first)
    reading: deque[Future[_Rows]] = deque()
    for piece in pieces:
        reading.append(readers.submit(_rows, piece, layout, types))
        if len(reading) > _THREADS:
            yield reading.popleft().result()
    for rows in reading:
        yield rows.result()


class _HeaderWord:
    """Looks for the longest word of the header in the rows: where it is missing, the header does not stand there again."""

    def __init__(self, layout: Layout) -> None:
        self._word = max((cell for _, cell in named_cells(layout)), key=len, default="").encode()
        self.is_found = layout.quote.encode() in self._word  # inside a cell a quotation mark is written twice

    def seek(self, piece: bytes) -> bytes:
        self.is_found = self.is_found or (bool(self._word) and self._word in piece)
        return piece


def _best_type(cells: pa.ChunkedArray) -> pa.DataType:
    """A list of distinct cells, unless most are: then the list would be longer than the cells."""
    n_distinct = sum(len(chunk.dictionary) for chunk in cells.chunks)
    return _LISTED if n_distinct <= len(cells) / 2 else pa.string()


def _rows(piece: bytes, layout: Layout, types: dict[str, pa.DataType]) -> _Rows:
    return _looked_at(_table(piece, layout, types))


def _looked_at(table: pa.Table) -> _Rows:
    plain = [name for name in table.column_names if table[name].type == pa.string()] if len(table) else []
    return _Rows(table, {name: glance_at(pa.concat_arrays(table[name].chunks)) for name in plain})


def _table(piece: bytes, layout: Layout, types: dict[str, pa.DataType]) -> pa.Table:
    if not is_plain_utf8(piece):
        raise IrregularText
    is_quoted = layout.quote.encode() in piece  # looking for the end of quoted cells takes a third of the reading
    if is_quoted:
        _check_quotes(piece, layout)
    try:
        return csv.read_csv(
            pa.BufferReader(piece),
            csv.ReadOptions(column_names=list(types), use_threads=False, block_size=len(piece) + 1),
            csv.ParseOptions(
                delimiter=layout.delimiter,
                quote_char=layout.quote if is_quoted else False,
                newlines_in_values=is_quoted,
            ),
            csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=True, check_utf8=False),
        )
    except pa.ArrowInvalid as error:
        raise IrregularText from error


def _pieces(stream: IO[bytes], layout: Layout) -> Iterator[bytes]:
    """The data rows as texts of whole records, none empty."""
    rest, is_first = b"", True
    while block := stream.read(PIECE_BYTES):
        if is_first:
            block = block.removeprefix(_BYTE_ORDER_MARK)
        text = rest + block
        # a block that ends between the two signs of a line end leaves both to the next one
        whole = text[:-1] if text.endswith(b"\r") and b"\n" in text else text
        end = _end_of_records(whole, layout.quote.encode())
        piece, rest = text[:end], text[end:]
        if is_first:
            piece, is_first = piece[_length_above(piece, layout) :], False
        if not _is_blank(piece):
            yield piece
    if not _is_blank(rest):
        yield rest + b"\n"


def _is_blank(piece: bytes) -> bool:
    return not piece or piece.isspace()


def _end_of_records(text: bytes, quote: bytes) -> int:
    """Where the last whole record ends: behind the last line end that no quotation mark before it has left inside a cell."""
    mark = _line_end(text)
    # looking for a mark is quick, counting them is not
    n_open, end = text.count(quote) if quote in text else 0, len(text)
    while (at := text.rfind(mark, 0, end)) >= 0:
        n_open -= text.count(quote, at, end)
        if n_open % 2 == 0:
            return at + 1
        end = at
    raise IrregularText


def _length_above(piece: bytes, layout: Layout) -> int:
    """How many bytes the records before the first data row take."""
    if not layout.n_skip:
        return 0
    signs = np.frombuffer(piece[:_MOST_ABOVE], np.uint8)
    is_inside = np.cumsum(signs == ord(layout.quote)) % 2 == 1
    ends = np.flatnonzero((signs == _line_end(piece)[0]) & ~is_inside)
    if len(ends) < layout.n_skip:
        raise IrregularText
    return int(ends[layout.n_skip - 1]) + 1


def _line_end(text: bytes) -> bytes:
    if b"\n" not in text:
        return b"\r"
    if b"\r" in text and text.count(b"\r") != text.count(b"\r\n"):
        raise IrregularText  # line ends change half-way
    return b"\n"


def _check_quotes(piece: bytes, layout: Layout) -> None:
    """Raise IrregularText unless each quotation mark opens a cell, closes one, or is one of two inside a quoted cell."""
    signs = np.frombuffer(piece, np.uint8)
    marks = np.flatnonzero(signs == ord(layout.quote))
    if len(marks) == 0:
        return
    beside = np.zeros(256, dtype=bool)
    beside[[ord(layout.quote), ord(layout.delimiter), ord("\r"), ord("\n")]] = True
    opening, closing = marks[::2], marks[1::2]
    # a piece ends with a line end, so the mark at its very start has one before it too
    if len(marks) % 2 or not beside[signs[opening - 1]].all() or not beside[signs[closing + 1]].all():
        raise IrregularText
