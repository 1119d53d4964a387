"""How good churn, orders and spend are on files nobody tuned them for, each beside its baseline.

Run with ``python -m bench.accuracy [horizon days …]``. Features end one horizon before the last day of the file, and what
happened in that horizon is the test: it chose nothing. The files are those of ../shared/data; absent ones are skipped.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from clm_core.engine import open_engine
from clm_core.features import load_frames
from clm_core.ingest import import_table
from clm_core.models import ModelCard, Scores, score_customers
from clm_core.tables import Tables

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FILES = (
    "CDNOW_master.txt",
    "CDNOW_sample.txt",
    "uci_online_retail.csv.gz",
    "superstore.csv",
    "clvtools_apparel_transactions.csv",
    "grocery_elog_no_amount.csv",
)
DEFAULT_HORIZON = 90
HEAD = (
    f"{'file':<34}{'n test':>7}  {'churn AUC':^22}{'Brier':>7}  {'orders Gini':^15}{'bias':^15}  {'spend Gini':^15}{'bias':^15}"
    f"  {'80 % held':^14}{'seconds':>8}\n"
    f"{'':<34}{'':>7}  {'model':>7}{'base':>7}{'ratio':>8}{'ratio':>7}  {'model':>8}{'base':>7}{'model':>8}{'base':>7}"
    f"  {'model':>8}{'base':>7}{'model':>8}{'base':>7}  {'ch':>4}{'ord':>5}{'sp':>5}"
)


def amounts_line(card: ModelCard) -> str:
    """Gini and bias of a card, the model's beside the baseline's."""
    if not card.metrics:
        return f"{'not measured':>30}"
    model, base = card.metrics, card.baseline_metrics
    return f"{model['gini']:8.3f}{base['gini']:7.3f}{model['bias']:+8.1%}{base['bias']:+7.1%}"


def line(name: str, scores: Scores, seconds: float) -> str:
    """One file's figures in a row."""
    churn, orders, spend = scores.cards
    if not churn.metrics:
        return f"{name:<34}{'':>7}  refused: {churn.reason}"
    model, base = churn.metrics, churn.baseline_metrics
    covered = [card.metrics.get("interval_coverage") for card in scores.cards]
    held = "".join(f"{'–':>5}" if share is None else f"{share:5.0%}" for share in covered)
    return (
        f"{name:<34}{churn.n_test:>7,}  {model['auc']:7.3f}{base['auc']:7.3f}{model['auc'] / base['auc']:8.3f}"
        f"{model['brier'] / base['brier']:7.3f}  {amounts_line(orders)}  {amounts_line(spend)} {held}{seconds:8.2f}"
    )


def measure(name: str, horizons: list[int]) -> None:
    """Print a row a horizon, and every refusal with its reason."""
    if not (DATA / name).exists():
        print(f"{name:<34} skipped: not in {DATA}")
        return
    frames = load_frames(Tables(orders=import_table([DATA / name]).table), open_engine())
    for horizon in horizons:
        started = time.perf_counter()
        scores = score_customers(frames, frames.last_day, horizon)
        print(line(f"{name.partition('.')[0]} {horizon}d", scores, time.perf_counter() - started))
        for card in scores.cards:
            if card.verdict == "refused" and scores.cards[0].metrics:
                print(f"{'':<36}{card.model} refused: {card.reason}")
    frames.engine.close()


def main() -> None:
    """Measure every file at the horizons given, in days."""
    horizons = [int(word) for word in sys.argv[1:]] or [DEFAULT_HORIZON]
    print(HEAD)
    for name in FILES:
        measure(name, horizons)


if __name__ == "__main__":
    main()
