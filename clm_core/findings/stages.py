"""Who is in which stage, who came and who went."""

from __future__ import annotations

import pandas as pd

from clm_core import columns as c
from clm_core.findings.finding import Finding, largest
from clm_core.frameworks import Framework
from clm_core.wording import SMALL_GROUP, count, month, percent, signed


def where_everyone_is(counts: pd.DataFrame, framework: Framework) -> Finding:
    """The fullest stage, and who has left the path."""
    total = int(counts[c.N_CUSTOMERS].sum())
    fullest = largest(counts)
    stage, share = framework.stage(str(fullest[c.STAGE])), percent(float(fullest[c.SHARE]))
    off = counts[counts[c.STAGE].isin([s.id for s in framework.stages if s.kind == "off_path"])]
    n_off = int(off[c.N_CUSTOMERS].sum())
    says = f"Most are in {stage.name}: {count(int(fullest[c.N_CUSTOMERS]), 'person', 'people')} of {total:,} ({share})"
    if n_off and stage.kind == "path":
        says += f"; {n_off:,} ({percent(n_off / total)}) have left the path"
    aim = stage.goal[:1].lower() + stage.goal[1:]
    next_step = f"The aim in {stage.name} is to {aim}." if aim else "See who they are on the next pages."
    return Finding(f"{stage.name} is the largest stage: {share}", says + ".", next_step)


def how_it_changed(stock: pd.DataFrame, framework: Framework) -> Finding:
    """The stage that changed most since the month end before."""
    months = sorted(stock[c.AS_OF].unique())
    if len(months) < 2:
        says = "There is one month only, so nothing can have changed yet."
        return Finding("One month so far", says, "Upload a longer history.")
    sizes = stock.pivot(index=c.STAGE, columns=c.AS_OF, values=c.N_CUSTOMERS)
    change = sizes[months[-1]] - sizes[months[-2]]
    largest = str(change.abs().idxmax())
    name, by = framework.stage(largest).name, signed(int(change[largest]))
    says = f"Since the end of {month(months[-2])} {name} changed most, by {by} to {int(sizes[months[-1]][largest]):,}."
    next_step = "See how customers move: where they came from and where they went."
    return Finding(f"{name} {by} since {month(months[-2])}", says, next_step)


def who_moved(moves: pd.DataFrame, framework: Framework) -> Finding:
    """The largest move between two stages among one period's moves."""
    changed = moves[(moves[c.FROM_STAGE] != moves[c.TO_STAGE]) & (moves[c.FROM_STAGE] != "")]
    if changed.empty:
        return Finding("No moves", "Nobody changed stage in this period.", "Choose another month to compare.")
    top = largest(changed)
    n, rate = int(top[c.N_CUSTOMERS]), float(top[c.RATE])
    origin, goal = framework.stage(str(top[c.FROM_STAGE])), framework.stage(str(top[c.TO_STAGE]))
    says = (
        f"The largest move was {origin.name} → {goal.name}: {count(n, 'person', 'people')}, "
        f"{percent(rate)} of {origin.name}."
    )
    if n / max(rate, 1e-9) < SMALL_GROUP:
        says += f" Fewer than {SMALL_GROUP} people: read it with care."
    leaves = goal.kind == "off_path"
    next_step = "See who is next on the churn page." if leaves else "Find out what moved them, and do more of it."
    return Finding(f"Largest move: {origin.name} → {goal.name}, {n:,}", says, next_step)


def who_came_and_went(stock: pd.DataFrame, framework: Framework, stage_id: str, unit: str = "month") -> Finding:
    """Arrivals and departures of one stage over all periods of the table together."""
    rows, stage = stock[stock[c.STAGE] == stage_id], framework.stage(stage_id)
    came, went = int((rows["entered"] + rows["arrived"]).sum()), int(rows["left"].sum())
    here = count(int(rows[c.N_CUSTOMERS].iloc[-1]), "person is", "people are")
    says = (
        f"Over {count(len(rows), unit)} {came:,} came into {stage.name} and {went:,} left it for another stage; "
        f"{here} there at the end."
    )
    return Finding(f"{stage.name}: {came:,} came, {went:,} left", says, stage.goal + ".")


def what_rules_change(before: pd.DataFrame, after: pd.DataFrame, framework: Framework) -> Finding:
    """How many sit elsewhere under the changed rules, at the least; both counts are on the framework's stages."""
    difference = after[c.N_CUSTOMERS].to_numpy() - before[c.N_CUSTOMERS].to_numpy()
    moved = int(abs(difference).sum() // 2)
    if moved == 0:
        says = "Every stage is as large as under the rules you began with."
        name = framework.stages[int(after[c.N_CUSTOMERS].to_numpy().argmax())].name
        next_step = "Move a limit or change a rule to see who changes stage."
        return Finding(f"No stage has grown or shrunk; {name} is the largest", says, next_step)
    largest = int(abs(difference).argmax())
    name, by = framework.stages[largest].name, signed(int(difference[largest]))
    says = f"At least {count(moved, 'person changes', 'people change')} stage; {name} by {by}."
    next_step = "Keep the rules if these stages fit your sales cycle; they hold on every page."
    return Finding(f"{name} {by} under your rules", says, next_step)
