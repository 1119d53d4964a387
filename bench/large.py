"""Large files: an import beside DuckDB's own scan of the same file with declared types, in one run on one machine.

Three shapes: lines of orders with 25 lines an order as a shop's warehouse writes them, a plain list with one order a row, and
such a list with e-mail addresses for customers and order numbers in no order.
The import runs in a process of its own, so that its peak memory is its own. A machine's clock may change from one second to the
next, so scan and import take turns for several rounds, and medians are compared. Run with ``python -m bench.large --gigabytes 1``;
it ends with 1 where the floors are missed or a fact is wrong.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from pyarrow import compute, csv

from clm_core.ingest import import_table

MOST_TIMES, MOST_GIGABYTES = 3.0, 1.5
CHUNK_ROWS = 500_000
LINES_AN_ORDER = 25
FIRST_SECOND = np.datetime64("2023-01-01T06:00:00")
COUNTRIES = np.array(["United Kingdom", "Germany", "France", "Spain", "Netherlands", "Poland", "Romania", "Japan"])
STATUSES = np.array(["completed", "cancelled"])
ORDER_TYPES = {
    "customer_id": "VARCHAR",
    "order_id": "VARCHAR",
    "date": "DATE",
    "amount": "DOUBLE",
    "currency": "VARCHAR",
}
TYPES = {
    "order lines": {
        "order_id": "VARCHAR",
        "product_code": "VARCHAR",
        "product": "VARCHAR",
        "quantity": "INTEGER",
        "order_date": "TIMESTAMP",
        "unit_price": "DOUBLE",
        "customer_id": "VARCHAR",
        "status": "VARCHAR",
        "country": "VARCHAR",
    },
    "one order a row": ORDER_TYPES,
    "one order a row, e-mails, numbers in no order": ORDER_TYPES,
}


@dataclass
class Truth:
    """What was written: rows, rows without customer, rows of cancelled orders, orders kept, and their worth in cents."""

    rows: int = 0
    guests: int = 0
    dead: int = 0
    orders: int = 0
    cents: int = 0


def order_lines(rng: np.random.Generator, truth: Truth) -> Iterator[pa.Table]:
    """Lines of orders: two in a hundred orders without customer, three in a hundred cancelled."""
    products = np.array([f"LANTERN RED NO {i:04d}" for i in range(4000)])
    prices = rng.integers(39, 4999, len(products))
    first_order = 536_365
    while True:
        n_orders = CHUNK_ROWS // LINES_AN_ORDER
        order = np.repeat(np.arange(first_order, first_order + n_orders), LINES_AN_ORDER)
        customer = np.repeat(12_346 + rng.integers(0, 250_000, n_orders), LINES_AN_ORDER)
        guest = np.repeat(rng.random(n_orders) < 0.02, LINES_AN_ORDER)
        dead = np.repeat(rng.random(n_orders) < 0.03, LINES_AN_ORDER) & ~guest
        seconds = np.repeat(
            rng.integers(0, 1000, n_orders) * 86_400 + rng.integers(0, 50_000, n_orders), LINES_AN_ORDER
        )
        product, quantity = rng.integers(0, len(products), len(order)), rng.integers(1, 13, len(order))
        kept = ~guest & ~dead
        truth.rows += len(order)
        truth.guests += int(guest.sum())
        truth.dead += int(dead.sum())
        truth.orders += int(kept.sum()) // LINES_AN_ORDER
        truth.cents += int((prices[product] * quantity)[kept].sum())
        first_order += n_orders
        country = COUNTRIES[customer % len(COUNTRIES)]
        yield pa.table(
            {
                "order_id": order,
                "product_code": np.char.add("SKU-", (10_000 + product).astype(str)),
                "product": products[product],
                "quantity": quantity,
                "order_date": moments(seconds),
                "unit_price": prices[product] / 100,
                "customer_id": pa.array(customer, mask=guest),
                "status": STATUSES[dead.astype(int)],
                "country": country,
            }
        )


def plain_orders(rng: np.random.Generator, truth: Truth) -> Iterator[pa.Table]:
    """One order a row."""
    first_order = 1_000_000
    while True:
        customer = 10_000_000 + rng.integers(0, 2_000_000, CHUNK_ROWS)
        cents = rng.integers(99, 50_000, CHUNK_ROWS)
        seconds = rng.integers(0, 1000, CHUNK_ROWS) * 86_400
        truth.rows += CHUNK_ROWS
        truth.orders += CHUNK_ROWS
        truth.cents += int(cents.sum())
        yield pa.table(
            {
                "customer_id": customer,
                "order_id": np.arange(first_order, first_order + CHUNK_ROWS),
                "date": pa.array((FIRST_SECOND + seconds).astype("datetime64[D]")),
                "amount": cents / 100,
                "currency": np.full(CHUNK_ROWS, "EUR"),
            }
        )
        first_order += CHUNK_ROWS


def mixed_orders(rng: np.random.Generator, truth: Truth) -> Iterator[pa.Table]:
    """One order a row, the customer an address, the numbers of the orders in no order."""
    for orders in plain_orders(rng, truth):
        address = compute.binary_join_element_wise("anna", orders["customer_id"].cast(pa.string()), "@example.com", "")
        number = orders["order_id"].to_numpy() * 2_654_435_761 % 2**32  # an odd factor: no number comes twice
        yield orders.set_column(0, "customer_id", address).set_column(1, "order_id", pa.array(number))


def moments(seconds: np.ndarray) -> pa.Array:
    """Date and clock as shops write them: 2024-05-31 12:09:30."""
    return compute.strftime(pa.array(FIRST_SECOND + seconds), "%Y-%m-%d %H:%M:%S")


CHUNKS = dict(zip(TYPES, (order_lines, plain_orders, mixed_orders), strict=True))


def write(path: Path, shape: str, n_bytes: float) -> Truth:
    """Write a file of at least the given size; the same one every time."""
    truth, rng = Truth(), np.random.default_rng(20260101)
    with path.open("wb") as out:
        for chunk in CHUNKS[shape](rng, truth):
            csv.write_csv(chunk, out, csv.WriteOptions(include_header=out.tell() == 0))
            if out.tell() >= n_bytes:
                return truth
    return truth


def scan_seconds(path: Path, types: dict[str, str]) -> float:
    """DuckDB reads every column in its declared type, once, on two threads."""
    declared = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
    consumed = ", ".join(f"sum(hash({name}))" for name in types)
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute("set enable_progress_bar = false")
        start = time.perf_counter()
        con.execute(
            f"select {consumed} from read_csv('{path}', auto_detect=false, header=true, columns={{{declared}}})"
        ).fetchall()
        return time.perf_counter() - start


def import_here(path: Path) -> dict[str, float]:
    """Import in this process and tell what it took and gave."""
    start = time.perf_counter()
    result = import_table([path])
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "peak_gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
        "rows": result.rows_read,
        "set_aside": result.rows_set_aside,
        "orders": result.table.num_rows,
        "cents": round(compute.sum(result.table["amount"]).as_py() * 100),
    }


def import_apart(path: Path) -> dict[str, Any]:
    """Import in a process of its own."""
    command = [sys.executable, "-m", "bench.large", "--import", str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measure(shape: str, gigabytes: float, rounds: int, folder: Path) -> bool:
    """Print one line for a shape; true where facts and floors hold."""
    path = folder / "orders.csv"
    truth = write(path, shape, gigabytes * 1e9)
    scans, imports = [scan_seconds(path, TYPES[shape])], []
    for _ in range(rounds):
        imports.append(import_apart(path))
        scans.append(scan_seconds(path, TYPES[shape]))
    size = path.stat().st_size
    path.unlink()
    seconds = [took["seconds"] for took in imports]
    times, peak = statistics.median(seconds) / statistics.median(scans), max(took["peak_gigabytes"] for took in imports)
    is_true = all(
        took["rows"] == truth.rows
        and took["set_aside"] == truth.guests + truth.dead
        and took["orders"] == truth.orders
        and took["cents"] == truth.cents
        for took in imports
    )
    print(
        f"| {shape} | {size / 1e9:.2f} GB, {truth.rows:,} rows | {truth.orders:,} orders | {_told(scans)} "
        f"| {_told(seconds)} | {times:.1f} | {peak:.2f} GB | {'yes' if is_true else 'NO'} |",
        flush=True,
    )
    return is_true and times <= MOST_TIMES and peak <= MOST_GIGABYTES


def _told(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.1f} s ({min(seconds):.1f}–{max(seconds):.1f})"


def main() -> int:
    """Measure all shapes, or only the one asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shape", choices=list(TYPES), action="append")
    parser.add_argument("--import", dest="path", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.path:
        print(json.dumps(import_here(arguments.path)))
        return 0
    print("| shape | file | orders | DuckDB's typed scan | import | ratio | peak memory | facts |")
    with tempfile.TemporaryDirectory(prefix="large-") as folder:
        # a list, so that every shape is measured even after one that misses
        held = [
            measure(shape, arguments.gigabytes, arguments.rounds, Path(folder)) for shape in arguments.shape or TYPES
        ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
