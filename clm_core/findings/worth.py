"""Few customers, much spend; the simple formula beside the model; what a customer may cost."""

from __future__ import annotations

import math

import pandas as pd

from clm_core.findings.finding import Finding
from clm_core.outlook import Bargain, OwnFigures, SimpleValue
from clm_core.wording import count, money, percent

HEALTHY = 3.0
"""Value ÷ cost that advisers call healthy. An opinion, not a law: it leaves room for rent, wages and mistakes."""


def who_brings_the_spend(curve: pd.DataFrame) -> Finding:
    """What share of spend the best tenth and the best fifth bring. ``curve`` comes from :func:`clm_core.outlook.concentration`."""
    if curve.empty:
        return Finding(
            "Too little to tell", "Nothing was spent yet, so nobody brings more of it.", "Upload orders with amounts."
        )
    kind = str(curve["kind"].iloc[0])
    own = curve[curve["kind"] == kind].set_index("share_customers")["share_spend"]
    tenth, half = (float(own.iloc[abs(own.index.to_numpy() - share).argmin()]) for share in (0.1, 0.5))
    says = f"A tenth of the customers brought {percent(tenth, 0)} of the spend {kind}, the lower half {percent(1 - half, 0)}."
    if own.max() > 1.0005:
        says += f" At its height the curve stands at {percent(float(own.max()), 0)}: credit notes of the last ones take it back."
    return Finding(
        f"A tenth brings {percent(tenth, 0)}",
        says,
        "Know these by name: losing few of them costs more than winning many.",
    )


def why_they_differ(typed: SimpleValue, own: OwnFigures, model: float | None, days: int, currency: str) -> str:
    """The formula's figure for the horizon beside the model's mean per customer who has bought, and why they are not the same."""
    whole, within = money(typed.value, currency), money(typed.within(days), currency)
    says = f"The formula says {whole} over {typed.years:.1f} years, {within} of it in the first {days} days."
    if model is None:
        return f"{says} There is no model to hold it against: see why on the page Value."
    why = (
        f"The formula takes everybody to go on ordering at the pace of the {count(own.n_customers, 'customer')} who did in the last "
        f"{count(own.window_days, 'day')}; the model counts all who ever bought, and gives next to nothing to whoever seems gone."
        if typed.within(days) > model
        else "The formula spreads the last year evenly over everybody; the model also sees who orders faster, spends more and has just come."
    )
    return f"{says} The model expects {money(model, currency)} a head in the {days} days ahead. {why}"


def is_it_worth_it(bargain: Bargain, payback: int | None, last_month: int, currency: str) -> Finding:
    """Cost of a customer against the margin on what one brings, and when the cost is back."""
    cost, brings = money(bargain.cost, currency), money(bargain.value * bargain.margin, currency)
    if not math.isfinite(bargain.ratio):
        return Finding(
            "No cost is known",
            "Type in what was spent on winning customers.",
            "Sales and marketing together, for the same days.",
        )
    verdict = "a loss" if bargain.is_loss else "a gain"
    says = (
        f"A new customer costs {cost} and brings {brings} of margin: {bargain.ratio:.1f} for each 1 spent, {verdict}. "
    )
    if payback is not None:
        says += f"The cost is back by month {payback} after the first order."
    elif last_month:
        says += f"In the {count(last_month, 'month')} that enough customers were followed for, it does not come back."
    else:
        says += "Nobody was followed long enough to say when it comes back."
    if bargain.is_loss:
        todo = "Win fewer or cheaper: put the money where the next customer costs less than one brings, or into keeping those you have."
    elif bargain.ratio < HEALTHY:
        todo = f"It pays, with little to spare: below {HEALTHY:g} for 1, which advisers call healthy, wages and rent may eat the rest."
    else:
        todo = "There is room to spend more on winning customers like these; watch whether the next ones cost the same."
    return Finding(f"{bargain.ratio:.1f} for each 1 spent", says, todo)
