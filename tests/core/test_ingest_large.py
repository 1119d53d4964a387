"""Imports that take a while or hold addresses: hashed at the door, told step by step, ended from another thread."""

import gzip
import hashlib
import tempfile
import threading
import time

import duckdb
import pandas as pd
import pytest

from clm_core.ingest import import_table, inspect
from clm_core.ingest.query import arrow_on_disk, one_row
from clm_core.ingest.splitting.addresses import blotted
from clm_core.ingest.watch import Cancelled, Watch
from clm_core.ingest.workspace import open_workspace

ANN = hashlib.sha256(b"ann@example.com").hexdigest()
BOB = hashlib.sha256(b"bob@example.org").hexdigest()
ORDERS = [
    ("Customer Email", "Order ID", "Order Date", "Amount", "Note"),
    (" Ann@Example.COM ", "1", "2026-01-31", "10.50", "gift for bob@example.org, please"),
    ("ann@example.com", "2", "2026-02-28", "4.50", ""),
    ("bob@example.org", "3", "2026-03-31", "unreadable bob@example.org", "2 pieces @ 3.00"),
    ("bob@example.org", "4", "2026-03-31", "7.00", ""),
]


def csv_text(rows):
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows) + "\n"


def written(folder, form, rows):
    path = folder / f"orders.{form}"
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    if form == "xlsx":
        frame.to_excel(path, index=False)
    elif form == "parquet":
        frame.to_parquet(path)
    else:
        path.write_text(csv_text(rows))
    return path


def everything(imported):
    """All that an import hands back, as one text."""
    inspection = imported.inspection
    return str(
        [imported.table.to_pylist(), imported.set_aside.to_pylist(), imported.issues, imported.mapping, inspection]
    )


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_no_address_gets_past_the_door(tmp_path, form):
    imported = import_table([written(tmp_path, form, ORDERS)], hash_emails=True)
    orders = [(row["customer_id"], row["order_id"], row["amount"]) for row in imported.table.to_pylist()]
    assert sorted(orders, key=lambda order: order[1]) == [(ANN, "1", 10.5), (ANN, "2", 4.5), (BOB, "4", 7.0)]
    assert [row["Customer Email"] for row in imported.set_aside.to_pylist()] == [BOB]
    assert [row["Amount"] for row in imported.set_aside.to_pylist()] == ["unreadable [e-mail]"]
    assert [row["Note"] for row in imported.set_aside.to_pylist()] == ["2 pieces @ 3.00"]
    assert "@example" not in everything(imported).lower()


def test_addresses_stay_where_nobody_asked(tmp_path):
    imported = import_table([written(tmp_path, "csv", ORDERS)])
    assert imported.table["customer_id"].to_pylist() == ["ann@example.com", "ann@example.com", "bob@example.org"]


def test_a_file_without_header_is_hashed_and_still_understood(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(
        "ann@example.com,2026-01-31,10.50\nann@example.com,2026-02-28,4.50\nbob@example.org,2026-03-31,7.00\n"
    )
    imported = import_table([path], hash_emails=True)
    assert imported.table["customer_id"].to_pylist() == [ANN, ANN, BOB]
    assert "@example" not in everything(imported)


def test_lines_above_the_table_and_samples_show_no_address(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("Exported by ann@example.com\n" + csv_text(ORDERS))
    found = inspect([path], hash_emails=True)
    assert found.dialect.preamble == ("Exported by [e-mail]",)
    assert found.columns[0].samples == (ANN, BOB)
    assert "@example" not in str(found).lower()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("ANN@example.com", ANN),
        ("mailto:ann@example.com", ANN),
        ("<ann@example.com>", ANN),
        ("Ann Smith <ann@example.com>", ANN),
        ("'ann@example.com", ANN),
        ("ann%40example.com", ANN),
        ("https://shop.example/?e=ann%40example.com&n=1", "https://shop.example/?e=[e-mail]&n=1"),
        ("ann@example.com; bob@example.org", "[e-mail]; [e-mail]"),
        ("3@5.00", "3@5.00"),
        ("@handle", "@handle"),
        (None, None),
    ],
)
def test_a_cell_that_is_an_address_is_hashed_and_one_that_holds_some_is_blotted(cell, expected):
    with open_workspace() as workspace:
        assert one_row(workspace.con, "select hashed($cell)", {"cell": cell}) == (expected,)


def test_a_text_is_blotted():
    assert blotted("Report for ann@example.com (jörg@müller.de)") == "Report for [e-mail] ([e-mail])"


def large_file(folder, n_rows):
    """A plain file with one order a row."""
    path = folder / "orders.csv"
    n = pd.Series(range(n_rows))
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(n % 700, unit="D")
    frame = pd.DataFrame({"customer_id": n % 50_021, "order_id": n, "order_date": days, "amount": n % 997 + 0.5})
    frame.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def fifty_megabytes(tmp_path_factory):
    return large_file(tmp_path_factory.mktemp("large"), 1_400_000)


def test_what_a_reader_has_reached_counts_beside_a_connection():
    with duckdb.connect() as con:
        watch = Watch()
        watch.begin("Reading", con)
        assert watch.progress == ("Reading", None)
        watch.reach(0.25)
        assert watch.progress == ("Reading", 0.25)
        watch.begin("Counting orders", con)
        assert watch.progress == ("Counting orders", None)


def test_steps_are_told_and_the_facts_are_right(tmp_path):
    path, watch = large_file(tmp_path, 100_000), Watch()
    steps, results = [], []
    reader = threading.Thread(target=lambda: results.append(import_table([path], watch=watch)))
    reader.start()
    while reader.is_alive():
        step, share = watch.progress
        assert share is None or 0 <= share <= 1
        steps += [step] if step not in steps else []
        time.sleep(0.002)
    assert {"Reading", "Counting orders"} <= set(steps)
    assert results[0].rows_kept == 100_000


@pytest.fixture(scope="module")
def packed(fifty_megabytes):
    path = fifty_megabytes.with_suffix(".csv.gz")
    path.write_bytes(gzip.compress(fifty_megabytes.read_bytes(), compresslevel=1))
    return path


@pytest.fixture(scope="module")
def irregular(fifty_megabytes):
    """One mark at the end that is never closed sends every line to the most patient reader."""
    path = fifty_megabytes.with_name("irregular.csv")
    path.write_bytes(fifty_megabytes.read_bytes() + b'1,2,2024-01-01,"3\n')
    return path


@pytest.fixture(scope="module")
def wide(fifty_megabytes):
    path = fifty_megabytes.with_name("wide.csv")
    path.write_text(fifty_megabytes.read_text(), encoding="utf-16")
    return path


@pytest.mark.parametrize(
    ("file", "step", "after_seconds"),
    [
        ("fifty_megabytes", "", 0.0),
        ("fifty_megabytes", "Reading", 0.05),
        ("fifty_megabytes", "Looking at the columns", 0.0),
        ("fifty_megabytes", "Counting orders", 0.0),
        ("fifty_megabytes", "Counting orders", 0.05),
        ("packed", "", 0.1),
        ("irregular", "Reading", 1.5),
        ("wide", "", 0.2),
    ],
)
def test_a_cancelled_import_ends_soon_and_leaves_nothing(request, tmp_path, monkeypatch, file, step, after_seconds):
    path = request.getfixturevalue(file)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    watch, outcome = Watch(), []

    def read():
        try:
            outcome.append(import_table([path], watch=watch))
        except Cancelled as cancelled:
            outcome.append(cancelled)

    reader = threading.Thread(target=read)
    reader.start()
    while step and watch.progress[0] != step and reader.is_alive():
        time.sleep(0.002)
    time.sleep(after_seconds)
    start = time.perf_counter()
    watch.cancel()
    reader.join()
    assert time.perf_counter() - start < 2
    assert isinstance(outcome[0], Cancelled)
    assert "cancelled" in str(outcome[0])
    assert list(tmp_path.iterdir()) == []


def test_a_result_that_goes_to_disk_is_interrupted_as_any_other():
    """Arrow passes an interrupt on as a failed reading."""
    with duckdb.connect() as con:
        threading.Timer(0.3, con.interrupt).start()
        with pytest.raises(duckdb.InterruptException):
            arrow_on_disk(con, "select i, hash(i)::varchar as text from range(100_000_000) t(i)")


def test_a_watch_that_was_cancelled_before_the_start_lets_nothing_begin(tmp_path):
    watch = Watch()
    watch.cancel()
    with pytest.raises(Cancelled, match="Reading was cancelled"):
        import_table([written(tmp_path, "csv", ORDERS)], watch=watch)
    assert watch.is_cancelled


def tables_in(workspace):
    return workspace.con.execute("select table_name from duckdb_tables()").fetchall()


def test_two_imports_at_once_and_one_after_the_other_see_nothing_of_each_other():
    with open_workspace() as one, open_workspace() as other:
        one.con.execute("create table theirs as select 1 as x")
        assert tables_in(other) == []
        other.con.execute("create temp table ours as select 1 as x")
    for _ in range(2):
        with open_workspace() as next_one:
            next_one.con.execute("create temp table rows as select 1 as x")
            assert tables_in(next_one) == [("rows",)]


def test_an_import_that_wrote_to_disk_leaves_its_database_to_nobody():
    with open_workspace() as large:
        usual = one_row(large.con, "select current_setting('memory_limit')")
        large.con.execute("set memory_limit = '30MB'")
        large.con.execute("create temp table many as select i, sha256(i::varchar) as x from range(500000) t(i)")
        assert (large.folder / "spill").exists()
    with open_workspace() as after:
        assert one_row(after.con, "select current_setting('memory_limit')") == usual
        assert one_row(after.con, "select current_setting('temp_directory')") == (str(after.folder / "spill"),)
        assert tables_in(after) == []
