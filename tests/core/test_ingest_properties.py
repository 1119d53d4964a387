"""Laws that hold for any file: no row is ever lost, and any bytes give orders or a clear refusal."""

import csv
import datetime as dt
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from clm_core.errors import InputError
from clm_core.ingest import Mapping, import_table

HEADER = ["order_id", "customer_id", "order_date", "amount", "product"]
MAPPING = Mapping(
    columns={"order_id": "order_id", "customer_id": "customer_id", "ordered_at": "order_date", "amount": "amount"}
)

# any letters, marks and signs; control characters make a file binary, which is refused as a whole
JUNK = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from('"\n\t,;'), max_size=6)

rows = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.sampled_from(["ann", "bob", "00017", "Zoë"]),
        st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31)),
        st.integers(-99_999, 999_999).map(lambda cents: cents / 100),
        st.sampled_from(["Tea", 'the "best" mug', "two\nlines", "a;b,c\td|e", ""]),
    ),
    min_size=1,
    max_size=12,
)


def written(cells, delimiter):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(cells)
    return out.getvalue()


def imported(content, mapping):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_table([path], "orders", mapping)


@settings(max_examples=8)
@given(
    rows,
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 4), JUNK), max_size=8),
)
def test_no_row_is_lost_whatever_the_cells_hold(table, damages):
    cells = [[order, customer, day.isoformat(), amount, product] for order, customer, day, amount, product in table]
    cells.append([99, "sound", "2026-01-31", 1.5, "Tea"])
    for row, place, junk in damages:
        if row < len(table):
            cells[row][place] = junk
    result = imported(written([HEADER, *cells], ","), MAPPING)
    assert result.rows_read == len(cells)
    assert result.rows_read == result.rows_kept + result.rows_set_aside
    assert result.rows_set_aside == len(result.set_aside)
    assert sum(result.table["n_lines"].to_pylist()) == result.rows_kept


@settings(max_examples=8)
@given(st.lists(st.text(alphabet='ab,"1\n', max_size=12), max_size=12))
def test_broken_lines_are_counted_never_swallowed(lines):
    sound = [f"{i},c{i},2026-01-31,{i}.50,Tea" for i in range(60)]
    text = "\n".join([",".join(HEADER), *lines, *sound]) + "\n"
    result = imported(text, MAPPING)
    assert result.rows_read == result.rows_kept + result.rows_set_aside
    found = set(result.table["customer_id"].to_pylist())
    # one unclosed quotation mark may take the line it is closed by, and no other
    assert len({f"c{i}" for i in range(60)} - found) <= 1


@settings(max_examples=8)
@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_give_orders_or_a_clear_refusal(content):
    try:
        result = imported(content, None)
    except InputError as error:
        assert all((error.where, error.found, error.allowed, error.next_step))
    else:
        assert result.rows_read == result.rows_kept + result.rows_set_aside
