"""The short ways of reading and the patient ones give the same: the same orders, the same rows set aside, the same findings."""

import csv
import datetime as dt
import io
import random
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clm_core.errors import InputError
from clm_core.ingest import Mapping, import_table
from clm_core.ingest.reading import distinct
from clm_core.ingest.reading.cells import Cells
from clm_core.ingest.reading.moments import is_maybe_date, moments_of
from clm_core.ingest.reading.values import is_maybe_number
from clm_core.ingest.splitting import part, regular
from clm_core.ingest.splitting.dialect import find_layout
from clm_core.ingest.watch import Watch
from clm_core.ingest.workspace import open_workspace

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
        found.table.sort_by([(name, "ascending") for name in ("ordered_at", "order_id", "customer_id")]).to_pylist(),
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
    is_one_a_row=st.booleans(),
)
def test_short_and_patient_ways_give_the_same(rows, odd, end, is_one_a_row):
    rows = [[str(999 + i), *row[1:]] if is_one_a_row else list(row) for i, row in enumerate(rows)]
    for row, (place, cell) in odd:
        rows[row % len(rows)][place] = cell
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        path.write_bytes(content_of(rows, end))
        assert outcome(path, short_ways) == outcome(path, patient_ways)


DAYS, MONTHS, YEARS = (
    ["1", "01", "9.", "31", "3rd"],
    ["2", "12", "Jan", "März", "de mayo", "янв."],
    ["24", "1999", "2026"],
)
MARKS, CLOCKS = ["", " ", "-", "/", ".", ", ", "年"], ["", "", " 10:30", "T23:59:59Z", "9:05 pm", " 10:30 EST", " г."]
DIGITS = ["1", "12", "250", "9,99", ".", ",", " ", "'", "\u00a0", "(", ")", "-", "−", "+", "e5", "E+3"]
MONEY = ["€", "US$", "EUR", "zł", "kr.", "Rs.", "&euro;", "&nbsp;", "&#8364;", "%", "pcs"]


def dates_and_numbers():
    """Some thousand cells, most of them nearly a date or a number and some of them one."""
    draw = random.Random(1)
    for _ in range(3000):
        parts = [draw.choice(DAYS), draw.choice(MONTHS), draw.choice(YEARS)]
        draw.shuffle(parts)
        yield draw.choice(MARKS).join(parts) + draw.choice(CLOCKS)
        yield "".join(draw.choices(DIGITS + MONEY, k=draw.randint(1, 5)))


def test_what_is_not_even_asked_is_no_date_and_no_number():
    """Whether a column could hold dates or numbers is asked loosely first: no cell that is one may be missed."""
    with open_workspace() as workspace:
        con = workspace.con
        con.register("given", pa.table({"raw": sorted(set(dates_and_numbers()))}))
        con.execute("create temp table cells as select known(raw) as raw, known(raw) as x from given")
        number = "coalesce(number_point(x), number_comma(x)) is not null"
        queries = [
            (f"({moments_of('from cells', order)})", "is_written", is_maybe_date("x")) for order in ("dmy", "mdy")
        ]
        for cells, is_one, may_be_one in [*queries, ("cells", number, is_maybe_number("x"))]:
            counts = f"select count(*) filter ({is_one}), list(x) filter ({is_one} and not ({may_be_one})) from {cells}"
            [(n, missed)] = con.execute(counts).fetchall()
            assert n > 100
            assert not missed


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_piece_may_end_anywhere_in_a_line(tmp_path, monkeypatch, line_end):
    """Also between the two signs of a Windows line end, which large files always meet somewhere."""
    rows = [f"{1000 + i},c{i},2026-01-{1 + i % 28:02},{i}.50" for i in range(30)]
    path = tmp_path / "orders.csv"
    path.write_bytes(line_end.join(["order_id,customer_id,date,amount", *rows, ""]).encode())
    layout = find_layout(path, "orders.csv")
    for size in range(40, 70):
        monkeypatch.setattr(regular, "PIECE_BYTES", size)
        regular.store_regular(path, layout, tmp_path / "rows.parquet", Watch())
        stored = parquet.read_table(tmp_path / "rows.parquet").to_pylist()
        assert [",".join(row.values()) for row in stored] == rows
