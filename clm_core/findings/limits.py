"""When silence is too long, and how much hangs on where the limits are."""

from __future__ import annotations

import pandas as pd

from clm_core import columns as c
from clm_core.findings.finding import Finding
from clm_core.rhythm import OwnRhythm, Proposal, ProposedLimit, ReturnCurve
from clm_core.wording import count, percent

HARDLY = 0.01
"""Less than this share of all changes stage: the limit may stand where it is."""


def when_silence_is_too_long(proposal: Proposal | None, curve: ReturnCurve) -> Finding:
    """The proposed limits with their intervals; without a proposal, what is known of returns."""
    back = percent(curve.eventual_share, 0)
    if proposal is None:
        says = f"So far {back} of orders were followed by another; that is too little to propose limits from."
        return Finding(
            "How soon do customers return?", says, "Set the limits by hand, beside the vendors' presets below."
        )
    title = f"{percent(proposal.at_risk.share, 0)} of returns come within {count(proposal.at_risk.days, 'day')}"
    says = f"Of those who order again, {percent(proposal.at_risk.share, 0)} are back within {_days(proposal.at_risk)}"
    if proposal.lost is None:
        next_step = (
            f"Call silence at risk after {proposal.at_risk.days} days; when customers are lost cannot be told yet."
        )
        return Finding(title, f"{says}.", next_step)
    next_step = (
        f"Call silence at risk after {proposal.at_risk.days} days and lost after {proposal.lost.days}, or move a limit and see "
        "below what follows."
    )
    return Finding(title, f"{says} and {percent(proposal.lost.share, 0)} within {_days(proposal.lost)}.", next_step)


def _days(limit: ProposedLimit) -> str:
    return f"{count(limit.days, 'day')} ({limit.low:,}–{limit.high:,})"


def how_rule_sets_differ(table: pd.DataFrame, presets: list[str], own: str) -> Finding:
    """How far apart vendors' presets are on the same people, and where the rules in force stand among them."""
    lost = table[table["role"] == "lost"].set_index("rule_set")
    shares = lost[c.SHARE]
    fewest, most = shares[presets].min(), shares[presets].max()
    if fewest == most:
        says = f"Every preset calls {percent(most)} of these customers lost; your rules say {percent(shares[own])}."
        return Finding(f"Lost: {percent(most, 0)} under every preset", says, "A longer history will tell them apart.")
    title = f"Lost: from {percent(fewest, 0)} to {percent(most, 0)} of the same people"
    says = (
        f"Vendors' presets call between {percent(fewest)} and {percent(most)} of these customers lost; your rules say "
        f"{percent(shares[own])}."
    )
    return Finding(title, says, "Print the rule beside every figure you pass on: without it the figure says little.")


def what_hangs_on_limits(table: pd.DataFrame) -> Finding:
    """The limit whose move changes most, at 20 % or the nearest step there is."""
    possible = table[table[c.N_CUSTOMERS].notna()]
    if possible.empty:
        return Finding(
            "No limit to move", "These rules have no limit that could move.", "Compare whole rule sets instead."
        )
    near = (possible["step"].abs() - 0.2).abs()
    shown = possible[near == near.min()]
    top = shown.iloc[int(shown[c.N_CUSTOMERS].to_numpy(dtype="int64").argmax())]
    label, n, share = str(top["label"]), int(top[c.N_CUSTOMERS]), float(top[c.SHARE])
    if not n:
        says = "No limit puts anyone into another stage when it moves by a fifth."
        return Finding(
            "Nobody changes stage", says, "Nothing hangs on the limits yet; ask again with a longer history."
        )
    step = f"{'+' if top['step'] > 0 else '−'}{abs(top['step']):.0%}".replace("%", " %")
    title = f"{label} {step}: {count(n, 'person changes', 'people change')} stage"
    says = f"“{label}” weighs most: moved by {step}, {count(n, 'person changes', 'people change')} stage, {percent(share)} of all."
    if share < HARDLY:
        return Finding(title, says, "Little hangs on where exactly the limits are; spend your time elsewhere.")
    return Finding(title, says, "Settle this limit first, with the people who act on it.")


def what_own_rhythm_says(own: OwnRhythm, n_with: int, n_bought: int, n_differ: int) -> Finding:
    """How many usual gaps of silence are unusual, for whom there is no usual gap, and what it would change."""
    times = {name: f"{length:g} ×" for name, length in own.times.items()}
    title = f"80 % of returns come within {times['at_risk_days']} the customer's usual gap"
    says = f"Of those with a rhythm who order again, 80 % are back within {times['at_risk_days']} their usual gap"
    says += f" and 95 % within {times['lost_days']}." if "lost_days" in times else "."
    silent = n_bought - n_with
    says += (
        f" {count(n_with, 'customer has', 'customers have')} a usual gap; the other {silent:,} ({percent(silent / max(n_bought, 1))}) "
        "ordered on one day only: of them it says nothing, and the limits in days decide. Against your limits in days "
        f"{count(n_differ, 'person', 'people')} would change stage."
    )
    return Finding(
        title, says, "Worth it where customers differ much: a weekly buyer is late long before a yearly one."
    )
