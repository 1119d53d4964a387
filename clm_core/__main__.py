"""The same from a terminal: ``python -m clm_core analyse ORDERS --out DIR``, and ``inspect FILE`` to look before.

Exit 0 when every file of the contract was written, 2 with one message on standard error otherwise.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from clm_core.describe import describe
from clm_core.engine import ENGINES, open_engine
from clm_core.errors import ClmError, InputError, PeriodError
from clm_core.features import FEATURES
from clm_core.frameworks import require_sound
from clm_core.ingest import inspect
from clm_core.ingest.watch import Watch
from clm_core.interrupts import Interrupts
from clm_core.outputs import check_out, summarise, write_outputs
from clm_core.pipeline import Analysis, Sources, analyse
from clm_core.progress_line import ProgressLine
from clm_core.recipe import LONGEST_HORIZON, SHORTEST_HORIZON, Recipe, read_recipe


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except ClmError as fault:
        print(fault, file=sys.stderr)
        return 2
    except (KeyboardInterrupt, RuntimeError) as end:
        # DuckDB turns an interrupt that meets it inside a query into an error of its own
        if isinstance(end, RuntimeError) and str(end) != "Query interrupted":
            raise
        print("Cancelled; nothing was written.", file=sys.stderr)
        return 130


def _inspect(options: argparse.Namespace) -> int:
    for path in options.files:
        print("\n".join(describe(inspect([path]))))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m clm_core", description="Customer lifecycle from an orders file.")
    commands = parser.add_subparsers(required=True)
    look = commands.add_parser("inspect", help="what each file is recognised as, and which column plays which role")
    look.add_argument("files", nargs="+", type=Path, help="any export")
    look.set_defaults(command=_inspect)
    run = commands.add_parser("analyse", help="orders in; stages, moves, churn and value out")
    run.add_argument("orders", nargs="+", type=Path, help="CSV, TSV, TXT, XLSX, Parquet or compressed CSV")
    run.add_argument("--customers", type=Path, action="append", default=[], help="one row per customer")
    run.add_argument("--events", type=Path, action="append", default=[], help="one row per contact or action")
    run.add_argument("--spend", type=Path, action="append", default=[], help="cost by channel and period")
    run.add_argument("--recipe", type=Path, help="a recipe.toml that an earlier run or the app wrote")
    run.add_argument("--as-of", help="the day of the analysis, YYYY-MM-DD (default: the day of the last order)")
    run.add_argument("--horizon-days", help="how far the scores look ahead (default: 90)")
    run.add_argument("--engine", default="duckdb", help=f"{', '.join(ENGINES)} (default: duckdb)")
    run.add_argument("--master", help="the Spark master, with --engine spark")
    run.add_argument("--out", type=Path, required=True, help="the folder for the results")
    run.add_argument("--hash-emails", action="store_true", help="read every e-mail as its SHA-256")
    run.set_defaults(command=_analyse)
    return parser


def _analyse(options: argparse.Namespace) -> int:
    recipe = _recipe(options)
    sources = Sources(tuple(options.orders), tuple(options.customers), tuple(options.events), tuple(options.spend))
    check_out(options.out)
    engine = open_engine(options.engine, options.master)
    try:
        watch = Watch()
        with Interrupts() as interrupts:
            with ProgressLine(sys.stderr, watch) as line:

                def begin(step: str) -> None:
                    interrupts.check()
                    line.tell(step)

                analysis = analyse(sources, recipe, engine, clock=time.perf_counter, on_step=begin, watch=watch)
                begin("writing")
                written = write_outputs(analysis, options.out, before_moving=interrupts.refuse)
            _report(analysis, written)
    finally:
        engine.close()
    return 0


def _recipe(options: argparse.Namespace) -> Recipe:
    recipe = read_recipe(options.recipe) if options.recipe else Recipe()
    chosen: dict[str, Any] = {}
    if options.as_of is not None:
        chosen["as_of"] = _day(options.as_of)
    if options.horizon_days is not None:
        chosen["horizon_days"] = _horizon(options.horizon_days)
    if options.hash_emails:
        chosen["hash_emails"] = True
    # what is wrong with it is told before minutes are spent on reading
    require_sound(recipe.chosen_framework(), FEATURES, "recipe", before_reading=True)
    return recipe.model_copy(update=chosen)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise PeriodError(
            "The as-of day is not a date.",
            where="--as-of",
            found=text,
            allowed="YYYY-MM-DD, for example 2026-10-31",
            next_step="Write the day like this, or leave it out: the day of the last order is taken.",
        ) from fault


def _horizon(text: str) -> int:
    days = int(text) if text.isascii() and text.isdigit() else 0
    if not SHORTEST_HORIZON <= days <= LONGEST_HORIZON:
        raise InputError(
            "The horizon does not fit.",
            where="--horizon-days",
            found=text,
            allowed=f"a whole number of days from {SHORTEST_HORIZON} to {LONGEST_HORIZON}",
            next_step="Choose a number in this range; 90 is the default.",
        )
    return days


def _report(analysis: Analysis, written: list[Path]) -> None:
    facts = summarise(analysis)
    revenue = "no amounts" if facts["revenue"] is None else f"revenue {facts['revenue']:,.2f} {facts['currency'] or ''}"
    print(
        f"{facts['rows_read']:,} rows read, {facts['rows_set_aside']:,} set aside; {facts['n_orders']:,} orders of "
        f"{facts['n_customers']:,} customers, {revenue.strip()}, as of {facts['as_of']}"
    )
    for row in analysis.stages.itertuples():
        print(
            f"  {analysis.lifecycle.framework.stage(str(row.stage)).name:<24} {row.n_customers:>9,}  {row.share:6.1%}"
        )
    for card in analysis.scores.cards:
        print(f"  {card.model}: {card.verdict}" + (f" – {card.reason}" if card.verdict == "refused" else ""))
    print(f"{len(written)} files in {written[0].parent}")


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a stage name must not stop an old console
    sys.exit(main())
