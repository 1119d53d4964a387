"""What scoring costs: the fit of buy-till-you-die models beside lifetimes, and everything for many customers from frames to scores.

Run with ``python -m bench.scoring [--customers 100000] [--peers PYTHON]``. Customers are simulated under BG/NBD with gamma-gamma values, the
same ones every time; both libraries fit the same histories. PYTHON is the interpreter of an environment with
bench/requirements-peers.txt. Fits are compared by the processor time of both, which other work on the machine hardly changes; scoring is
held to seconds of the clock, 30 for 100,000 customers and 240 for 1,000,000. It ends with 1 where a floor is missed.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from clm_core.engine import open_engine
from clm_core.features import load_frames
from clm_core.models import score_customers
from clm_core.models.btyd import BetaGeoNBD, GammaGamma
from clm_core.tables import Tables

FASTER, MOST_GIGABYTES = 15.0, 4.0
MOST_SECONDS = {100_000: 30.0, 1_000_000: 240.0}
LAST_DAY, HORIZON_DAYS = 720, 90
R, ALPHA, A, B = 0.8, 40.0, 0.8, 3.0
P, Q, V = 4.0, 3.0, 20.0


def simulate(n: int) -> pd.DataFrame:
    """Orders as ``customer``, ``day`` and ``amount``; a day has one order a customer."""
    rng = np.random.default_rng(0)
    pace, leaves, value_rate = rng.gamma(R, 1 / ALPHA, n), rng.beta(A, B, n), rng.gamma(Q, 1 / V, n)
    who, day = np.arange(n), rng.uniform(0, LAST_DAY - 120, n)
    seen = [(who, day)]
    while len(who):
        day = day + rng.exponential(1 / pace[who])
        is_seen = day < LAST_DAY
        who, day = who[is_seen], day[is_seen]
        seen.append((who, day))
        stays = rng.random(len(who)) > leaves[who]
        who, day = who[stays], day[stays]
    customer, days = (np.concatenate([part[k] for part in seen]) for k in (0, 1))
    orders = pd.DataFrame({"customer": customer, "day": days.astype(np.int32)}).drop_duplicates()
    return orders.assign(amount=rng.gamma(P, 1 / value_rate[orders["customer"]]))


def histories_of(orders: pd.DataFrame) -> pd.DataFrame:
    """What both libraries fit: one row a customer as at the last day."""
    found = orders.groupby("customer").agg(
        n_order_days=("day", "size"), first=("day", "min"), last=("day", "max"), mean_value=("amount", "mean")
    )
    return found.assign(
        days_since_first_order=LAST_DAY - found["first"], days_since_last_order=LAST_DAY - found["last"]
    ).reset_index(drop=True)


def fit_ours(told: pd.DataFrame) -> tuple[float, BetaGeoNBD]:
    """Processor seconds of both fits, and the model of orders."""
    age = told["days_since_first_order"]
    X = np.column_stack([told["n_order_days"] - 1, age - told["days_since_last_order"], age])
    values = told[["n_order_days", "mean_value"]].to_numpy()
    started = time.process_time()
    model = BetaGeoNBD().fit(X)
    GammaGamma().fit(values)
    return time.process_time() - started, model


def fit_peers(told: pd.DataFrame, python: str) -> float:
    """Processor seconds of lifetimes for the same two fits."""
    script = str(Path(__file__).with_name("peers.py"))
    with tempfile.TemporaryDirectory() as folder:
        told.to_parquet(Path(folder) / "histories.parquet")
        said = subprocess.run([python, script, "--fit", folder], check=True, capture_output=True, text=True).stdout
    answer = json.loads(said)
    print(f"lifetimes: {answer['params']}, penalty {answer['penalty']}")
    return float(answer["seconds"])


def score(orders: pd.DataFrame) -> tuple[float, float]:
    """Seconds of the clock and of the processors from frames to scores of everybody."""
    days = orders["day"].to_numpy()
    table = pa.table(
        {
            "order_id": pa.array(np.arange(len(orders)).astype(str)),
            "customer_id": pa.array(orders["customer"].astype(str).to_numpy(), pa.string()),
            "ordered_at": pa.array(days.astype("datetime64[D]").astype("datetime64[us]"), pa.timestamp("us")),
            "day": pa.array(days, pa.int32()),
            "amount": pa.array(orders["amount"].to_numpy(), pa.float64()),
            "is_purchase": pa.array(np.ones(len(orders), dtype=bool)),
            "n_lines": pa.array(np.ones(len(orders)), pa.int32()),
        }
    )
    engine = open_engine()
    frames = load_frames(Tables(orders=table), engine)
    clock, cpu = time.perf_counter(), time.process_time()
    scores = score_customers(frames, frames.last_day, HORIZON_DAYS)
    spent = time.perf_counter() - clock, time.process_time() - cpu
    engine.close()
    for card in scores.cards:
        print(f"{card.model}: {card.verdict}, {card.reason}")
    return spent


def main() -> int:
    """Measure, print, and say whether the floors hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--peers", default="", help="interpreter of the peers' environment")
    chosen = parser.parse_args()
    orders = simulate(chosen.customers)
    print(f"{chosen.customers:,} customers, {len(orders):,} orders")
    clock, cpu = score(orders)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"training and scoring: {clock:.1f} s, {cpu:.1f} s of CPU, peak {peak:.2f} GB")
    told = histories_of(orders)
    ours, model = fit_ours(told)
    print(f"BG/NBD and Gamma-Gamma: {ours:.3f} s of CPU; {model!r}")
    most = next((seconds for n, seconds in MOST_SECONDS.items() if chosen.customers <= n), float("inf"))
    holds = clock <= most and peak <= MOST_GIGABYTES
    if chosen.peers:
        theirs = fit_peers(told, chosen.peers)
        print(f"lifetimes: {theirs:.2f} s of CPU, {theirs / ours:.1f} times as long")
        holds = holds and theirs >= FASTER * ours
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main())
