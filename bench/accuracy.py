"""How good churn, orders and spend are on 21 tasks, against what others would have said.

Run with ``python -m bench.accuracy [--peers PYTHON] [--only WORD] [--inside]``. A task is a file, a cut-off and a horizon: a model may
learn from everything up to the cut-off, and what happened in the horizon after it is the holdout. No run reads a holdout before it is
measured. ``--inside`` measures other tasks, whose horizons end before the first cut-off of their file, and files that are in no task: the
place to compare designs in, since no holdout of the 21 tasks is read there. Which choices were made how, docs/benchmarks.md tells. An event
is a customer and a day; the population is everybody with a purchase by the cut-off; churn is no purchase in the horizon. The files are those
of ../shared/data and the sample shop; absent ones are skipped. PYTHON is the interpreter of an environment with bench/requirements-peers.txt; peers learn from the same rows at the
same cut-offs. Answers of peers are kept in ``--keep FOLDER`` and reused while the rows they learned from are the same.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from clm_core.engine import open_engine
from clm_core.errors import TooThinError
from clm_core.features import Frames, load_frames
from clm_core.ingest import import_table
from clm_core.models import build_dataset, evaluate, plan_cutoffs, score_customers
from clm_core.tables import Tables

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FILES = {
    "cdnow": "CDNOW_master.txt",
    "uci": "uci_online_retail.csv.gz",
    "grocery": "grocery_elog_no_amount.csv",
    "apparel": "clvtools_apparel_transactions.csv",
    "superstore": "superstore.csv",
    "sample": str(Path(__file__).resolve().parents[1] / "sample_data" / "orders.csv"),
}
CUTOFFS = {
    "cdnow": {"1997-07-31": (30, 90, 150), "1997-09-30": (90, 180, 210), "1997-12-31": (30, 90, 180), "1998-03-31": (30, 90)},
    "uci": {"2011-06-09": (60, 90), "2011-09-09": (30, 90), "2011-11-09": (30,)},
    "grocery": {"2007-01-01": (180,), "2007-06-30": (180,)},
    "apparel": {"2006-12-31": (365,), "2008-12-31": (365,), "2009-12-20": (365,)},
}  # fmt: skip
INSIDE = {
    "cdnow": {"1997-05-16": (30, 45), "1997-06-01": (30, 60), "1997-07-01": (30,)},
    "uci": {"2011-03-26": (30, 45), "2011-04-10": (30, 60), "2011-04-25": (45,), "2011-05-10": (30,)},
    "grocery": {"2006-05-20": (60,), "2006-07-05": (90,), "2006-08-20": (60, 120), "2006-10-03": (90,), "2006-11-02": (60,)},
    "apparel": {"2005-11-01": (90, 120), "2006-01-05": (180,), "2006-04-01": (120, 270), "2006-07-04": (180,), "2006-10-02": (90,)},
    "superstore": {"2015-12-31": (90, 180), "2016-06-30": (90, 180), "2016-12-30": (365,), "2016-12-31": (90, 180), "2017-06-30": (90, 180)},
    "sample": {"2025-08-31": (60, 90), "2025-10-31": (30, 90, 150), "2026-01-31": (90,), "2026-03-31": (30, 90), "2026-04-30": (180,),
               "2026-06-30": (60,), "2026-07-31": (90,)},
}  # fmt: skip
LABELS = ["has_no_order", "next_order_days", "next_spend"]


@dataclass(frozen=True)
class Task:
    """One file, cut-off and horizon."""

    file: str
    cutoff: str
    horizon_days: int

    @property
    def day(self) -> int:
        """The cut-off as days since 1970."""
        return (date.fromisoformat(self.cutoff) - date(1970, 1, 1)).days

    def __str__(self) -> str:
        return f"{self.file} {self.cutoff} {self.horizon_days}d"


def all_tasks(cutoffs: dict[str, dict[str, tuple[int, ...]]]) -> list[Task]:
    """The tasks, in the order of the table."""
    return [Task(file, day, h) for file, days in cutoffs.items() for day, horizons in days.items() for h in horizons]


def check_inside() -> None:
    """Every horizon of :data:`INSIDE` ends before the holdout of any task of its file begins; two files have no task to measure."""
    for task in all_tasks({file: days for file, days in INSIDE.items() if file in CUTOFFS}):
        first = date.fromisoformat(min(CUTOFFS[task.file]))
        assert task.day + task.horizon_days <= (first - date(1970, 1, 1)).days, task


def rows_at(frames: Frames, days: tuple[int, ...], horizon_days: int) -> pd.DataFrame:
    """Features and labels of everybody with a purchase by each day."""
    if not days:
        return pd.DataFrame()
    rows = build_dataset(frames, days, horizon_days)
    return rows[rows["n_orders"] > 0].reset_index(drop=True)


def repeat_means(frames: Frames, day: int) -> pd.Series:
    """Mean value of a repeat order day up to the cut-off: what the usual Gamma-Gamma fit reads."""
    orders = frames.orders.collect("pandas").to_native()
    daily = orders[orders["day"] <= day].groupby(["customer_id", "day"], as_index=False)["amount"].sum()
    first = daily.groupby("customer_id")["day"].transform("min")
    return daily[daily["day"] > first].groupby("customer_id")["amount"].mean()


def ask_peers(frames: Frames, task: Task, now: pd.DataFrame, python: str, keep: Path) -> pd.DataFrame:
    """One column an answer, in the order of ``now``."""
    folder = keep / str(task).replace(" ", "_")
    try:
        days = plan_cutoffs(frames.first_day, task.day, task.horizon_days).final
    except TooThinError:
        days = ()
    shown = now.drop(columns=LABELS)
    shown["repeat_mean"] = shown["customer_id"].map(repeat_means(frames, task.day)).fillna(0.0)
    read = {"learn.parquet": rows_at(frames, days, task.horizon_days), "now.parquet": shown}
    is_kept = (folder / "answers.parquet").exists()
    if not (is_kept and all(pd.read_parquet(folder / name).equals(rows) for name, rows in read.items())):
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in read.items():
            rows.to_parquet(folder / name)
        (folder / "task.json").write_text(json.dumps({"horizon_days": task.horizon_days}))
        script = str(Path(__file__).with_name("peers.py"))
        subprocess.run([python, script, str(folder)], check=True, stdout=subprocess.DEVNULL)
    return pd.read_parquet(folder / "answers.parquet")


def measure(frames: Frames, task: Task, python: str, keep: Path) -> dict[str, float]:
    """Figures of one task, ours and the peers'."""
    now = rows_at(frames, (task.day,), task.horizon_days)
    started = time.perf_counter()
    scores = score_customers(frames, task.day, task.horizon_days)
    told: dict[str, float] = {"seconds": time.perf_counter() - started, "n": len(now)}
    refused = [card.reason for card in scores.cards if card.verdict == "refused" and "no amounts" not in card.reason]
    if refused:
        print(f"{task}: refused: {refused[0]}")
    ours = now[["customer_id"]].merge(scores.table, on="customer_id", how="left", validate="one_to_one")
    answers = ask_peers(frames, task, now, python, keep) if python else pd.DataFrame(index=now.index)
    totals = scores.totals.set_index("model")
    said = {
        "ours": ours["churn_prob"],
        **{n.removeprefix("churn_"): answers[n] for n in answers if n.startswith("churn_")},
    }
    for name, p in said.items():
        told[f"auc {name}"], told[f"brier {name}"] = (
            evaluate.auc(now["has_no_order"], p),
            evaluate.brier(now["has_no_order"], p),
        )
    if frames.has_amounts:
        worth = {
            "ours": ours["expected_spend"],
            **{n.removeprefix("spend_"): answers[n] for n in answers if n.startswith("spend_")},
        }
        spend = now["next_spend"].clip(lower=0)
        for name, value in worth.items():
            told[f"gini {name}"] = evaluate.normalised_gini(spend, value)
            told[f"bias {name}"] = evaluate.total_bias(spend, value)
    for model, label in (("expected_orders", "next_order_days"), ("expected_spend", "next_spend")):
        if ours[model].notna().all():
            actual, name = now[label].clip(lower=0), model.removeprefix("expected_")
            told[f"held {name}"] = evaluate.coverage(actual, ours[f"{model}_low_95"], ours[f"{model}_high_95"])
            told[f"held80 {name}"] = evaluate.coverage(actual, ours[f"{model}_low"], ours[f"{model}_high"])
            told[f"total {name}"] = float(totals.loc[name, "low_95"] <= actual.sum() <= totals.loc[name, "high_95"])
    return told


def criteria(table: pd.DataFrame) -> list[tuple[str, bool, str]]:
    """What was asked for, whether it holds, and the figure."""
    gain = table["auc ours"] - table["auc bgnbd"]
    best = table.filter(regex="^auc (?!ours)").max(axis=1)
    behind = table["auc ours"] - best
    brier = float(np.exp(np.log(table["brier ours"] / table["brier bgnbd"]).mean()))
    money = table.dropna(subset=["gini ours"])
    lead = float((money["gini ours"] / money["gini bgnbd"]).mean())
    short = money["gini ours"] - money.filter(regex="^gini (?!ours)").max(axis=1)
    bias = float(money["bias ours"].abs().median())
    held = table[["held orders", "held spend"]].stack().dropna()
    totals = table[["total orders", "total spend"]].stack().dropna()
    return [
        ("AUC ≥ exact BG/NBD − .002 on every task", bool((gain >= -0.002).all()), f"worst {gain.min():+.4f} ({gain.idxmin()})"),
        ("mean AUC ≥ exact BG/NBD + .008", bool(gain.mean() >= 0.008), f"{gain.mean():+.4f}"),
        ("AUC ≥ best peer − .005 on every task", bool((behind >= -0.005).all()), f"worst {behind.min():+.4f} ({behind.idxmin()})"),
        ("Brier ratio to BG/NBD ≤ .98, geometric mean", brier <= 0.98, f"{brier:.4f}"),
        ("Gini of spend ≥ 1.03 × BG/NBD + GG on average", lead >= 1.03, f"{lead:.4f}"),
        ("Gini ≥ best single peer − .005 on every task", bool((short >= -0.005).all()), f"worst {short.min():+.4f} ({short.idxmin()})"),
        ("median absolute bias of total spend ≤ 15 %", bias <= 0.15, f"{bias:.1%}"),
        ("95 % intervals hold for 92–97 % of customers", bool(held.mean() >= 0.92 and held.mean() <= 0.97),
         f"mean {held.mean():.1%}, {((held >= 0.92) & (held <= 0.97)).mean():.0%} of tasks within, {held.min():.1%} to {held.max():.1%}"),
        ("95 % intervals of totals hold on ≥ 90 % of tasks", bool(totals.mean() >= 0.9), f"{totals.mean():.1%} of {len(totals)}"),
    ]  # fmt: skip


def main() -> None:
    """Measure every task and say which criteria hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", default="", help="interpreter of the peers' environment")
    parser.add_argument("--only", nargs="*", default=[""], help="words of the tasks to measure")
    parser.add_argument("--keep", type=Path, help="folder for the peers' answers")
    parser.add_argument("--inside", action="store_true", help="measure horizons before the first cut-off of each file")
    chosen = parser.parse_args()
    check_inside()
    measured = all_tasks(INSIDE if chosen.inside else CUTOFFS)
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for file, name in FILES.items():
            tasks = [t for t in measured if t.file == file and any(word in str(t) for word in chosen.only)]
            if not (DATA / name).exists():
                print(f"{name} skipped: not in {DATA}")
                continue
            if not tasks:
                continue
            frames = load_frames(Tables(orders=import_table([DATA / name]).table), open_engine())
            for task in tasks:
                found[str(task)] = measure(frames, task, chosen.peers, chosen.keep or Path(temporary))
                print(task, {k: round(v, 3) for k, v in found[str(task)].items()}, flush=True)
            frames.engine.close()
    table = pd.DataFrame(found).T.reindex(columns=sorted({k for told in found.values() for k in told}))
    with pd.option_context("display.width", 250, "display.max_columns", 60, "display.max_rows", 60):
        print(table.round(3).to_string())
    if chosen.peers:
        for what, holds, figure in criteria(table):
            print(f"{'pass' if holds else 'FAIL'}  {what}: {figure}")


if __name__ == "__main__":
    main()
