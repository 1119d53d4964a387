"""What following every customer from month to month costs, beside the features of one day and beside hand-written SQL.

Four questions, answered on generated shops: how much dearer the ledger is than the customer features on the same data; whether
it grows in step with orders and with months; how long counting moves takes beside a ``case`` and a ``group by`` written by hand
over a table that holds nothing else; and what a limit costs that is moved with a million customers. Run with
``python -m bench.ledger``, and ``--million`` for the last.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from clm_core import columns as c
from clm_core.engine import DuckDBEngine, open_engine
from clm_core.features import Frames, build_features, load_frames
from clm_core.frameworks import Framework, load_framework
from clm_core.ledger import Ledger, build_ledger, count_moves
from clm_core.progress import outline_movement
from clm_core.tables import ORDERS, Tables

FIRST_DAY, DAYS_A_MONTH = 19_358, 30.4375
ROUNDS = 5
MOST_TIMES, MOST_GROWTH = 3.0, 2.5
FLOOR = """\
select period, was_known, {before} as before, {now} as now, count(*)
from floor group by all"""


def make_shop(n_customers: int, n_months: int, orders_each: float = 6.0, seed: int = 7) -> Tables:
    """Everyone first orders in the first month, so that there are customers × months rows; how often they return varies."""
    rng, n_days = np.random.default_rng(seed), int(n_months * DAYS_A_MONTH)
    first = rng.integers(0, 28, n_customers)
    n_more = rng.poisson(rng.gamma(1.0, orders_each - 1, n_customers))
    again = np.repeat(np.arange(n_customers), n_more)
    lives = rng.beta(1.0, 1.5, n_customers) * n_days
    later = np.minimum(first[again] + rng.random(len(again)) * lives[again], n_days - 1).astype(int)
    who, day = np.concatenate([np.arange(n_customers), again]), np.concatenate([first, later])
    by_day = np.argsort(day, kind="stable")
    who, day, n = who[by_day], FIRST_DAY + day[by_day], len(who)
    table = {
        c.ORDER_ID: pa.array(np.arange(n)).cast(pa.string()),
        c.CUSTOMER_ID: pa.array(1_000_000 + who).cast(pa.string()),
        c.ORDERED_AT: pa.array(day.astype("datetime64[D]").astype("datetime64[us]")),
        c.DAY: pa.array(day, pa.int32()),
        c.AMOUNT: pa.array(rng.gamma(2.0, 2000.0, n).round() / 100),
        c.IS_PURCHASE: pa.array(np.ones(n, bool)),
        c.N_LINES: pa.array(np.ones(n), pa.int32()),
    }
    return Tables(ORDERS.check(pa.table(table)), currency="GBP")


@dataclass(frozen=True)
class Cost:
    """Median seconds of a step: on the clock, and of both processors together, which other work on the machine cannot change."""

    clock: float
    cpu: float


def measure(step: Callable[[], Any], rounds: int = ROUNDS) -> Cost:
    """What a step costs, the first time not counted where there are several."""
    clock, cpu = [], []
    for _ in range(rounds + (rounds > 1)):
        started, used = time.perf_counter(), time.process_time()
        step()
        clock.append(time.perf_counter() - started)
        cpu.append(time.process_time() - used)
    return Cost(statistics.median(clock[rounds > 1 :]), statistics.median(cpu[rounds > 1 :]))


def full_ledger(frames: Frames, framework: Framework) -> Ledger:
    """The ledger, laid out for the first rules that are asked."""
    ledger = build_ledger(frames, frames.last_day)
    ledger.read_by(framework)
    return ledger


def cost_of_ledger(n_customers: int, n_months: int, orders_each: float, framework: Framework) -> tuple[Cost, Cost]:
    """The features of the last day, and the ledger."""
    engine = open_engine("duckdb")
    frames = load_frames(make_shop(n_customers, n_months, orders_each), engine)
    features = measure(lambda: engine.persist(build_features(frames, frames.last_day), "today"), 1)
    ledger = measure(lambda: full_ledger(frames, framework), 1)
    engine.close()
    return features, ledger


def cost_of_floor(ledger: Ledger, framework: Framework) -> Cost:
    """The same count in SQL by hand, over whole numbers that lie side by side."""
    con = duckdb.connect(config={"threads": "2"})
    laid_out = ledger.read_by(framework).collect("pyarrow").to_arrow()
    con.register("arriving", laid_out)
    con.execute("create table floor as select * from arriving")
    case = """case when {0}n_orders >= 1 and {0}days_since_last_order > 365 then 0
        when {0}n_orders >= 1 and {0}days_since_last_order > 180 then 1
        when {0}n_orders >= 4 then 2 when {0}n_orders >= 2 then 3 when {0}n_orders >= 1 then 4 else 5 end"""
    text = FLOOR.format(now=case.format(""), before=case.format("previous_"))
    found = measure(lambda: con.execute(text).fetchall())
    con.close()
    return found


def main() -> int:
    """Print every figure; 1 when the ledger is too dear or grows faster than its data."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--million", action="store_true", help="also 1,000,000 customers × 36 months")
    is_million = asked.parse_args().million
    framework = load_framework("sterne_cutler").model_copy(update={"id": "orders_only"})
    # in turns, each pair in an engine of its own: the machine's speed changes from one second to the next
    turns = [cost_of_ledger(100_000, 36, 6.0, framework) for _ in range(ROUNDS)]
    features, base = (_median([pair[which] for pair in turns]) for which in (0, 1))
    ratios = [(ledger.clock / one_day.clock, ledger.cpu / one_day.cpu) for one_day, ledger in turns]
    by_clock, times = (statistics.median(ratio[which] for ratio in ratios) for which in (0, 1))
    print(
        f"features of one day {_said(features)}; ledger of 36 months {_said(base)}; medians of {ROUNDS} turns: {by_clock:.1f} × by the clock, "
        f"{times:.1f} × in CPU ({min(ratio[1] for ratio in ratios):.1f}–{max(ratio[1] for ratio in ratios):.1f}), allowed {MOST_TIMES}"
    )
    _, orders = cost_of_ledger(100_000, 36, 12.0, framework)
    _, months = cost_of_ledger(100_000, 72, 6.0, framework)
    grown = {"orders": orders.cpu / base.cpu, "months": months.cpu / base.cpu}
    for what, by in grown.items():
        print(f"twice the {what}: {by:.2f} × the CPU, allowed {MOST_GROWTH}")
    for n_customers in (100_000, *([1_000_000] if is_million else [])):
        _moves(n_customers, framework)
    return 0 if times <= MOST_TIMES and max(grown.values()) <= MOST_GROWTH else 1


def _moves(n_customers: int, framework: Framework) -> None:
    engine = DuckDBEngine()
    frames = load_frames(make_shop(n_customers, 36), engine)
    ledger = full_ledger(frames, framework)
    moves, both = measure(lambda: count_moves(ledger, framework)), measure(lambda: outline_movement(ledger, framework))
    floor = cost_of_floor(ledger, framework)
    print(
        f"{n_customers * 36:,} customer-months: counting moves {_said(moves)}, by hand {_said(floor)}, "
        f"{moves.cpu / floor.cpu:.1f} × (CPU); last matrix and flows between four days {_said(both)}"
    )
    engine.close()


def _median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(cost.clock for cost in costs), statistics.median(cost.cpu for cost in costs))


def _said(cost: Cost) -> str:
    return f"{cost.clock:.2f} s ({cost.cpu:.2f} s CPU)"


if __name__ == "__main__":
    sys.exit(main())
