"""What the command ``analyse`` does: its options → a recipe and sources, a run that tells its steps, the files."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from clm_core.engine import open_engine
from clm_core.errors import InputError, PeriodError
from clm_core.features import FEATURES
from clm_core.frameworks import require_sound
from clm_core.ingest.watch import Watch
from clm_core.interrupts import Interrupts
from clm_core.outputs import check_out, summarise, write_outputs
from clm_core.pipeline import Analysis, Sources, analyse
from clm_core.progress_line import ProgressLine
from clm_core.recipe import LONGEST_HORIZON, SHORTEST_HORIZON, Recipe, read_recipe


def run(options: argparse.Namespace) -> None:
    """Read, compute and write what the options of ``analyse`` ask for, and tell it on standard output.

    Raises
    ------
    ClmError
        A file, an option or the recipe cannot be used; nothing is written then.
    """
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
