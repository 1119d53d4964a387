"""Who comes and goes, who moves on, and how long people stay."""

from __future__ import annotations

import math

import pandas as pd

from clm_core import columns as c
from clm_core.findings.finding import Finding, largest
from clm_core.frameworks import Framework
from clm_core.wording import SMALL_GROUP, count, interval, percent


def who_comes_and_goes(comings: pd.DataFrame, period: str) -> Finding:
    """The last full period: who came, came back and fell off the path, and how many came for each who left.

    ``period`` names that period, as in "In …"; without one that is full the last is told.
    """
    full = comings[~comings["is_partial"]]
    row = (full if len(full) else comings).iloc[-1]
    name = period[:1].upper() + period[1:]
    came, back, off = int(row["new"]), int(row["reactivated"]), int(row["newly_off"])
    says = f"In {period} {_told_moves(came, back, off)}"
    if bool(row["is_first"]):
        return Finding(
            f"The history begins in {period}", f"{says}.", "From the next period on, movement can be told from arrival."
        )
    ratio = float(row["quick_ratio"])
    if math.isnan(ratio):
        return Finding(f"{name}: nobody fell off the path", f"{says}.", "Keep an eye on the months to come.")
    if not ratio:
        next_step = "See below from which stage they leave, and act there first."
        return Finding(f"{name}: {off:,} left and nobody came", f"{says}.", next_step)
    says += f": {ratio:.1f} came or came back for each who left."
    if ratio >= 1:
        return Finding(f"{name}: {ratio:.1f} come for each who leaves", says, "See below whether they move on.")
    return Finding(
        f"{name}: more leave than come, {ratio:.1f} to 1",
        says,
        "See below from which stage they leave, and act there first.",
    )


def _told_moves(came: int, back: int, off: int) -> str:
    """Who came, came back and fell off, where nobody did in words."""
    new = count(came, "person", "people") if came else "nobody"
    if not back and not off:
        return f"{new} came, and nobody came back or fell off the path"
    if not came and not back:
        return f"nobody came or came back and {off:,} fell off the path"
    returned, gone = (f"{n:,}" if n else "nobody" for n in (back, off))
    return f"{new} came, {returned} came back and {gone} fell off the path"


def where_they_went(flows: pd.DataFrame, framework: Framework, first: str, last: str) -> Finding:
    """Of those known on the first of the days, how many are in another stage on the next, between which most."""
    known = flows[flows[c.FROM_STAGE] != ""]
    if known.empty:
        return Finding("Nobody was known before", f"On {first} nobody was known yet.", "Choose later days.")
    moved = known[known[c.FROM_STAGE] != known[c.TO_STAGE]]
    if moved.empty:
        return Finding("Nobody changed stage", f"From {first} to {last} everyone stayed.", "Choose days further apart.")
    top = largest(moved)
    n, origin, goal = (
        int(top[c.N_CUSTOMERS]),
        framework.stage(str(top[c.FROM_STAGE])),
        framework.stage(str(top[c.TO_STAGE])),
    )
    title = f"Widest band: {origin.name} → {goal.name}, {n:,}"
    says = f"Between two of these days {n:,} went from {origin.name} to {goal.name}, more than by any other way."
    is_loss = goal.kind == "off_path"
    next_step = (
        f"Act while people are still in {origin.name}." if is_loss else "Find out what moved them, and do more of it."
    )
    return Finding(title, says, next_step)


def who_moves_on(table: pd.DataFrame, framework: Framework, within: str) -> Finding:
    """The path stage that is hardest to leave forward, with its interval: one horizon and day of the table of conversion."""
    path = {stage.id for stage in framework.stages if stage.kind == "path"}
    judged = table[table[c.STAGE].isin(path) & table[c.SHARE].notna() & ~table["is_small"]]
    if judged.empty:
        says = f"No stage had {SMALL_GROUP} people for long enough to see who moved on within {within}."
        return Finding("Too early to tell who moves on", says, "Choose a shorter time, or a longer history.")
    row = judged.iloc[int(judged[c.SHARE].to_numpy().argmin())]
    stage = framework.stage(str(row[c.STAGE]))
    says = (
        f"Of {int(row[c.N_CUSTOMERS]):,} in {stage.name}, {int(row['n_forward']):,} were seen further along the path within {within}: "
        f"{interval(float(row[c.SHARE]), float(row['low']), float(row['high']))}. It is the hardest step."
    )
    title = f"Hardest step: out of {stage.name}, {percent(float(row[c.SHARE]), 0)}"
    return Finding(title, says, "Put budget and attention where the step is hardest, not where the channel is loudest.")


def how_long_they_stay(stays: pd.DataFrame, framework: Framework, unit: str) -> Finding:
    """The path stage that people stay in longest, by the median of the table of time in stage."""
    path = [stage.id for stage in framework.stages if stage.kind == "path"]
    here = stays[stays[c.STAGE].isin(path) & (stays["n_stays"] >= SMALL_GROUP)]
    known = here[here["median"].notna()]
    if known.empty:
        says = "In no stage on the path have half of the stays ended yet."
        return Finding("Stays are still running", says, "Come back with a longer history.")
    row = known.iloc[int(known["median"].to_numpy().argmin())]
    name, half = framework.stage(str(row[c.STAGE])).name, count(int(row["median"]), unit)
    says = f"Half of those who enter {name} have left it after {half}, forward or back."
    running = [framework.stage(id_).name for id_ in here.loc[here["median"].isna(), c.STAGE]]
    says += f" Most who enter {' or '.join(running)} are still there." if running else ""
    return Finding(f"Shortest stay: {name}, {half}", says, f"Reach people in {name} before {half} have passed.")
