"""The short ways of reading and the patient ones give the same: the same orders, the same rows set aside, the same findings."""

import csv
import datetime as dt
import io
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clm_core.errors import InputError
from clm_core.ingest import Mapping, import_table
from clm_core.ingest.reading import distinct
from clm_core.ingest.reading.cells import Cells
from clm_core.ingest.splitting import part, regular

HEADER = ["order_id", "customer_id", "order_date", "quantity", "unit_price", "product", "status", "currency"]
ROLES = ["order_id", "customer_id", "ordered_at", "quantity", "unit_price", "product", "status", "currency"]
MAPPING = Mapping(columns=dict(zip(ROLES, HEADER, strict=True)))
PIECE = 400  # a few lines, so that what breaks a short way comes long after it was chosen

lines = st.tuples(
    st.integers(1000, 1040).map(str),
    st.sampled_from(["c1", "c2", "c3", "17"]),
    st.datetimes(dt.datetime(2023, 1, 1), dt.datetime(2024, 12, 31)).map(lambda m: m.strftime("%Y-%m-%d %H:%M:%S")),
    st.integers(1, 9).map(str),
    st.integers(1, 99_999).map(lambda cents: f"{cents / 100:.2f}"),
    st.sampled_from(["Tea", 'the "best" mug', "a, b", "Świeca"]),
    st.sampled_from(["paid", "paid", "cancelled", "refunded"]),
    st.just("EUR"),
)
# cells that are not simply what they say, for each column
ODD = [
    ["", " 1001 ", "1.001E+3", "'1002", "n/a", "order_id"],
    ["", "Ann@X.com", "n/a", " c1", "Total", "customer_id"],
    ["", "31.12.2024", "2024-13-01", "2024-05-01T10:00:00Z", "1/5/2024", "45000", "order_date"],
    ["", "1,5", "two", "1e13", "(3)"],
    ["", "1,234.50", "€5.00", "-3", "1e999", "--", "0"],
    ["", " Tea", "None", "two\nlines"],
    ["", " Paid ", "n/a", "Partially refunded", "CANCELLED"],
    ["", "€", "USD", "-"],
]
odd_cells = st.one_of(
    *(st.tuples(st.just(place), st.sampled_from(cells)) for place, cells in enumerate(ODD)),
)
# what makes a text irregular, behind its last sound line
ENDS = [
    "",
    ",".join(HEADER),
    "1,2",
    "1,2,2024-01-01,1,1,x,paid,EUR,more",
    '1,2,2024-01-01,1,1,"x,paid,EUR',
    "\0",
    "\xff",
]


def content_of(rows, end):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([HEADER, *rows])
    return out.getvalue().encode() + end.encode("latin-1") + (b"\n" if end else b"")


@contextmanager
def short_ways():
    """Small pieces, and every file as large as those of which not all is counted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(regular, "PIECE_BYTES", PIECE)
        patch.setattr(distinct, "MANY_ROWS", 0)
        yield


@contextmanager
def patient_ways():
    """No text is regular, and no cell is simply what it says."""

    def refuse(*_):
        raise regular.IrregularText

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(part, "store_regular", refuse)
        patch.setattr(Cells, "_plain_test", lambda *_: "")
        yield


def outcome(path, ways):
    with ways():
        try:
            found = import_table([path], "orders", MAPPING)
        except InputError as error:
            return str(error), error.found
    dialect = found.inspection.dialect
    return (
        found.table.to_pylist(),
        found.set_aside.to_pylist(),
        found.issues,
        found.mapping,
        found.statuses,
        found.currency,
        (found.rows_read, found.rows_kept, found.rows_set_aside),
        (dialect.encoding, dialect.notes),
    )


@settings(max_examples=8)
@given(
    rows=st.lists(lines, min_size=20, max_size=40),
    odd=st.lists(st.tuples(st.integers(0, 39), odd_cells), max_size=4),
    end=st.sampled_from(ENDS),
)
def test_short_and_patient_ways_give_the_same(rows, odd, end):
    rows = [list(row) for row in rows]
    for row, (place, cell) in odd:
        rows[row % len(rows)][place] = cell
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        path.write_bytes(content_of(rows, end))
        assert outcome(path, short_ways) == outcome(path, patient_ways)
