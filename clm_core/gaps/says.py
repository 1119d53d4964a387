"""What the workshop's pictures say and what to do next, written by rules from the numbers."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from clm_core.findings import Finding
from clm_core.frameworks import Framework
from clm_core.gaps.plan import Plan
from clm_core.gaps.scale import RUNNING
from clm_core.wording import count, long_day, money


def what_runs(table: pd.DataFrame, framework: Framework) -> Finding:
    """How much of what could run does, and where nothing does."""
    runs = table[table["current"] >= RUNNING]
    n_unknown = int(table["current"].isna().sum())
    title = f"{len(runs)} of {count(len(table), 'activity', 'activities')} run"
    without = [s.name for s in framework.stages if s.id in set(table["stage"]) and s.id not in set(runs["stage"])]
    says = f"Nothing runs by itself in {', '.join(without)}." if without else "Something runs by itself in every stage."
    if n_unknown:
        says += f" Of {count(n_unknown, 'activity', 'activities')} nothing is known yet."
        return Finding(title, says, "Score what the data cannot show, alone below or with colleagues in a room.")
    return Finding(title, says, "See which gap is worth closing first.")


def where_gaps_are(table: pd.DataFrame, framework: Framework, channels: Mapping[str, str]) -> Finding:
    """The place on the board with the widest mean gap of scored activities."""
    scored = table.dropna(subset=["gap"])
    if scored.empty or not scored["gap"].max():
        return Finding("No gap is known yet", "Nothing is scored below its aim.", "Score what the data cannot show.")
    means = scored.groupby(["channel", "stage"])["gap"].mean()
    widest = means.reset_index().iloc[int(means.to_numpy().argmax())]
    title = f"Widest: {channels[widest['channel']]}, {framework.stage(widest['stage']).name}, {widest['gap']:.1f} of 5"
    n_gaps = int((scored["gap"] > 0).sum())
    says = f"{count(n_gaps, 'activity stays', 'activities stay')} below the aim, of {len(scored)} scored."
    return Finding(title, says, "Score the grey places, then put the gaps in order.")


def what_comes_first(ranked: pd.DataFrame, currency: str = "") -> Finding:
    """The gap with the largest impact, and the quick wins by name."""
    if ranked.empty:
        return Finding("No gap is scored yet", "There is nothing to put in order.", "Score the activities first.")
    first, quick = ranked.iloc[0], ranked[ranked["is_quick_win"]]
    title = f"{first['name']} comes first"
    worth = "" if pd.isna(first["at_stake"]) else f", worth up to {money(float(first['at_stake']), currency)}"
    says = f"Closing the gap of {first['name']} moves most{worth}. "
    if quick.empty:
        return Finding(title, says + "None of the gaps is a quick win.", "Put the first few into the plan.")
    named = ", ".join(quick["name"].head(5))
    says += f"The quick win is {named}." if len(quick) == 1 else f"Quick wins, {len(quick)} in all: {named}."
    return Finding(title, says, "Put the quick wins into the plan; they fund the patience that the rest needs.")


def what_room_says(first: pd.DataFrame) -> Finding:
    """What to talk about first, or that the room is of one mind."""
    if first.empty:
        says = "Of no activity both now and aim are scored, so there is no gap to talk about."
        return Finding("No gap is scored yet", says, "Score now and aim of the same activities in the next round.")
    open_points = first[first["weight"] > 0]
    if open_points.empty:
        return Finding(
            "The room is of one mind", "Where there is a gap, everyone sees it.", "Agree on the scores and go on."
        )
    top = open_points.iloc[0]
    n = len(open_points)
    says = f"{count(n, 'gap is', 'gaps are')} seen differently. {top['why']}"
    return Finding(
        f"Talk about {top['name']} first", says, "Let the highest and the lowest speak, then score once more."
    )


def what_is_planned(plan: Plan) -> Finding:
    """How many activities start when, and how many can be measured."""
    if not plan.cards:
        return Finding("Nothing is planned yet", "No gap was chosen.", "Choose gaps on the page Priorities.")
    n, n_measured = len(plan.cards), sum(card.n_hold_out is not None for card in plan.cards)
    title = f"{count(n, 'activity', 'activities')}, the first from {long_day(plan.cards[0].starts_on)}"
    says = f"{n_measured} of {n} reach enough people to tell their effect from chance."
    unowned = sum(not card.owner for card in plan.cards)
    return Finding(title, says, f"Name {count(unowned, 'owner')}." if unowned else "Take the plan with you.")
