"""Customers under contract: who is expected to leave, what is at stake, how long they stay, and whether to believe it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from clm_core.contracts import LEAK_AUC, Contracts, Learned
from clm_core.findings.finding import Finding
from clm_core.wording import count, money, percent

COMPARED_AT = 12
"""Months after which groups are compared, where all of them were followed that long."""


def who_may_end(contracts: Contracts, learned: Learned) -> Finding:
    """How many of those still there are expected to leave, in a time like the one learned from."""
    n, n_left, n_asked = len(contracts.left), int(contracts.left.sum()), len(contracts.asked)
    if not n_asked:
        says = f"All {count(n, 'customer')} have left, so nobody is at risk."
        return Finding(
            "Nobody is still there", says, "Give a table in which those still there stand beside those who left."
        )
    expected = f"{learned.asked.sum():,.0f}"
    says = (
        f"About {expected} of the {count(n_asked, 'customer')} still there are expected to leave in a period like {contracts.period}, "
        f"in which {n_left:,} of {n:,} left ({percent(n_left / n)})."
    )
    return Finding(
        f"{expected} of {n_asked:,} are expected to leave",
        says,
        "Begin with those at whom most is at stake: the list below is in that order.",
    )


def what_contracts_are_worth(table: pd.DataFrame, currency: str, months_ahead: int) -> Finding:
    """Where most is at stake. ``table`` comes from :func:`clm_core.contracts.worth_by_group`."""
    worth, stake = float(table["worth"].sum()), float(table["value_at_stake"].sum())
    if not worth > 0:
        says = "No margin is known, so the months to come are worth nothing here."
        return Finding("Nothing is at stake", says, "Choose the column of the charge, or type in a margin a month.")
    most = table.iloc[0]
    where = str(most["segment"])
    says = (
        f"The next {count(months_ahead, 'month')} of those still there are worth {money(worth, currency)} of margin, not discounted; "
        f"{money(stake, currency)} of it is at stake ({percent(stake / worth, 0)}), {percent(float(most['value_at_stake']) / stake, 0)} of that in {where}."
    )
    return Finding(
        f"{money(stake, currency)} at stake, most in {where}", says, f"Begin with {where}: the list below does."
    )


def how_long_contracts_last(curves: pd.DataFrame) -> Finding:
    """The groups that stay longest and shortest, at a month that all of them were followed to."""
    month = min(COMPARED_AT, int(curves.groupby("segment")["tenure"].max().min()))
    at = curves[curves["tenure"] == month].sort_values("survival")
    first, last = at.iloc[0], at.iloc[-1]
    when = f"After {count(month, 'month')}"
    if len(at) == 1:
        says = f"{when} {percent(float(first['survival']), 0)} are still there."
        return Finding(
            f"{percent(float(first['survival']), 0)} stay {count(month, 'month')}",
            says,
            "Tell them apart by another column.",
        )
    says = f"{when} {percent(float(last['survival']), 0)} of {last['segment']} are still there, and {percent(float(first['survival']), 0)} of {first['segment']}."
    return Finding(
        f"Longest: {last['segment']}",
        says,
        f"Ask what {last['segment']} has that {first['segment']} lacks. Whoever chooses one may differ in more than this: try it with a few before you move all.",
    )


def how_good_are_contracts(metrics: Mapping[str, float], baseline: Mapping[str, float], group: str) -> str:
    """What the probabilities did on customers the models had not seen, beside the plain rule."""
    rule = f"the share that left of the same {group}" if group else "the same share for everybody"
    return (
        f"On customers the models had not seen, a leaver was ranked above a stayer {percent(metrics['auc'], 0)} of the time "
        f"(baseline, {rule}: {percent(baseline['auc'], 0)}). The riskiest tenth left {metrics['lift_at_decile']:.1f} times as often as all "
        f"({baseline['lift_at_decile']:.1f}); said and happened differ by {metrics['calibration_error'] * 100:.1f} points on average."
    )


def too_good_to_be_true(learned: Learned) -> Finding | None:
    """A ranking better than such data usually allow, and the columns to look at first; nothing where it is believable."""
    if not learned.is_too_good:
        return None
    named = ", ".join(f"'{name}' ({learned.alone[name]:.2f} alone)" for name in learned.suspects)
    says = (
        f"An area under the curve of {learned.metrics['auc']:.3f} is more than such data usually allow: above {LEAK_AUC} look for a column "
        f"that was written down after the customer had left. Suspects: {named}."
    )
    return Finding("Too good to be true", says, "Leave the suspects out below, and see what remains.")
