"""What a chart says and what to do next, written by rules from the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from clm_core import columns as c
from clm_core.completeness import History
from clm_core.frameworks import Framework
from clm_core.models import ModelCard, Scores
from clm_core.personas import EVERYONE_ELSE
from clm_core.wording import SMALL_GROUP, count, long_day, money, month, percent, signed


@dataclass(frozen=True)
class Finding:
    """A short title for the chart, one sentence that says what is seen, and one that says what to do."""

    title: str
    says: str
    next_step: str


def is_history_whole(history: History) -> Finding:
    """How many gaps the history of orders has, where the longest lies, and what they do to the rest."""
    span, gaps = count(history.n_days, "day"), history.gaps
    if gaps.empty:
        quiet = f"{count(history.n_empty_days, 'day has', 'days have')} none, as is usual for this shop."
        says = quiet if history.n_empty_days else "Every day has at least one."
        return Finding(f"No gap in {span} of orders", says, "The history can be used from end to end.")
    longest = gaps.iloc[int(gaps["n_days"].to_numpy().argmax())]
    start, end, n_days = longest["starts_on"].date(), longest["ends_on"].date(), int(longest["n_days"])
    title = f"{count(len(gaps), 'gap')} in {span} of orders"
    title += f": {count(n_days, 'day')}" if len(gaps) == 1 else f", the longest {count(n_days, 'day')}"
    says = f"From {long_day(start)} to {long_day(end)} there is no order, though the same weekdays around have some."
    next_step = (
        "Was the shop closed? If not, export these days again: after a gap customers look more silent than they are."
    )
    return Finding(title, says, next_step)


def where_everyone_is(counts: pd.DataFrame, framework: Framework) -> Finding:
    """The fullest stage, and who has left the path."""
    total = int(counts[c.N_CUSTOMERS].sum())
    fullest = _largest(counts)
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
    next_step = "Look below at where they came from and where they went."
    return Finding(f"{name} {by} since {month(months[-2])}", says, next_step)


def who_moved(moves: pd.DataFrame, framework: Framework) -> Finding:
    """The largest move between two stages among one period's moves."""
    changed = moves[(moves[c.FROM_STAGE] != moves[c.TO_STAGE]) & (moves[c.FROM_STAGE] != "")]
    if changed.empty:
        return Finding("No moves", "Nobody changed stage in this period.", "Choose another month to compare.")
    top = _largest(changed)
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


def who_came_and_went(stock: pd.DataFrame, framework: Framework, stage_id: str) -> Finding:
    """Arrivals and departures of one stage over all months together."""
    rows, stage = stock[stock[c.STAGE] == stage_id], framework.stage(stage_id)
    came, went = int((rows["entered"] + rows["arrived"]).sum()), int(rows["left"].sum())
    says = (
        f"Over {count(len(rows), 'month')} {came:,} came into {stage.name} and {went:,} left it for another stage; "
        f"{count(came - went, 'person is', 'people are')} there now."
    )
    return Finding(f"{stage.name}: {came:,} came, {went:,} left", says, stage.goal + ".")


def what_rules_change(before: pd.DataFrame, after: pd.DataFrame, framework: Framework) -> Finding:
    """How many sit elsewhere under the changed limits, at the least."""
    difference = after[c.N_CUSTOMERS].to_numpy() - before[c.N_CUSTOMERS].to_numpy()
    moved = int(abs(difference).sum() // 2)
    if moved == 0:
        says = "Your limits sort everyone as the shipped ones do."
        return Finding("As shipped", says, "Move a limit to see who changes stage.")
    largest = int(abs(difference).argmax())
    name, by = framework.stages[largest].name, signed(int(difference[largest]))
    says = f"At least {count(moved, 'person changes', 'people change')} stage; {name} by {by}."
    next_step = "Keep the limits if these stages fit your sales cycle; they hold on every page."
    return Finding(f"{name} {by} under your limits", says, next_step)


def who_may_leave(scores: Scores, customers: pd.DataFrame, on_path: pd.DataFrame, horizon_days: int) -> Finding:
    """How many of those who have bought are expected to stay silent, and how many of them are still on the path."""
    card = card_of(scores, "churn")
    if card.verdict == "refused":
        says = f"No churn score is shown: {card.reason}"
        return Finding("Too little to tell", says, "Upload a longer history, or choose another horizon.")
    known = customers.loc[customers[c.N_ORDERS] > 0, c.CHURN_PROB].dropna()
    n_likely = int((on_path[c.CHURN_PROB] > 0.5).sum())
    says = (
        f"About {float(known.sum()):,.0f} of {len(known):,} customers are expected to order nothing in the next {horizon_days} "
        f"days; of the {len(on_path):,} still on the path {n_likely:,} are more likely to leave than to stay."
    )
    return Finding(
        f"{n_likely:,} of {len(on_path):,} on the path may leave",
        says,
        "Start with the valuable ones in the list below.",
    )


def what_is_to_come(scores: Scores, so_far: float, currency: str, horizon_days: int) -> Finding:
    """Expected spend over the horizon beside what was spent so far."""
    card = card_of(scores, "spend")
    if card.verdict == "refused":
        says = f"No value is shown: {card.reason}"
        return Finding("Too little to tell", says, "What the data can carry is on the other pages.")
    ahead = money(float(scores.table[c.EXPECTED_SPEND].sum()), currency)
    says = (
        f"All customers together are expected to spend {ahead} in the next {horizon_days} days; "
        f"so far it was {money(so_far, currency)}. {_how_far_off(card.metrics['bias'])}"
    )
    return Finding(f"{ahead} expected in {horizon_days} days", says, "Protect the stage that holds most of it.")


def _how_far_off(bias: float) -> str:
    """What a total of this sort missed by on the test window, the only honest bound there is for it."""
    if abs(bias) < 0.005:
        return "On the test window such a total was right."
    return f"On the test window such a total was {percent(abs(bias), 0)} too {'high' if bias > 0 else 'low'}."


def who_they_are(personas: pd.DataFrame) -> Finding:
    """The largest persona, and whether any has nobody."""
    top = _largest(personas)
    share = percent(float(top[c.SHARE]))
    empty = int(((personas[c.N_CUSTOMERS] == 0) & (personas[c.PERSONA] != EVERYONE_ELSE)).sum())
    note = f"{count(empty, 'persona has', 'personas have')} nobody: loosen the rule or remove it."
    next_step = note if empty else "Compare how each moves and what each is worth."
    return Finding(f"{top[c.PERSONA]}: {share}", f"The largest persona is {top[c.PERSONA]}: {share} of all.", next_step)


def card_of(scores: Scores, model: str) -> ModelCard:
    """The card of one model."""
    return next(card for card in scores.cards if card.model == model)


def _largest(frame: pd.DataFrame) -> pd.Series[Any]:
    """The row with the most customers."""
    return frame.iloc[int(frame[c.N_CUSTOMERS].to_numpy().argmax())]
