"""Who may leave, what is to come, why, and how far it can be trusted."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pandas as pd

from clm_core import columns as c
from clm_core.findings.finding import Finding
from clm_core.models import ModelCard, Scores
from clm_core.outlook import (
    AT_STAKE,
    WORTH,
    Reasons,
    Verdict,
    leaving_rate,
    most_at_risk_found,
    speaks_alone,
)
from clm_core.wording import count, first_upper, money, percent


def who_may_leave(card: ModelCard, asked: pd.DataFrame, who: str, likely: float) -> Finding:
    """How many of the people asked about are expected to stay silent. ``asked`` are their rows, ``who`` says who they are."""
    if card.verdict == "refused":
        return _refused("No churn score is shown", card, "Upload a longer history, or choose another horizon.")
    known = asked[c.CHURN_PROB].dropna()
    if known.empty:
        return Finding(
            "Nobody to ask about", f"There are no {who} on this day.", "Ask about others in the sentence above."
        )
    n_likely = int((known > likely).sum())
    says = (
        f"About {float(known.sum()):,.0f} of {len(known):,} {who} are expected to order nothing in the next "
        f"{count(card.horizon_days, 'day')}; {n_likely:,} of them with a probability above {percent(likely, 0)}."
    )
    return Finding(
        f"{n_likely:,} of {len(known):,} are likely to leave",
        says,
        "Start with those still on the path and worth most: the list below is in that order.",
    )


def _refused(what: str, card: ModelCard, todo: str) -> Finding:
    """Why there is no score, and what the refusal itself says to do next; ``todo`` where it says nothing."""
    why, _, told = re.sub(r"[;.] [Nn]ext: ", "\n", card.reason, count=1).partition("\n")
    says = f"{what}: {why.rstrip('.')}."
    return Finding("Too little to tell", says, first_upper(told) or todo)


def what_is_at_stake(
    table: pd.DataFrame, name: Callable[[str], str], group: str, currency: str, has_money: bool
) -> Finding:
    """Where most is at stake. ``table`` comes from :func:`clm_core.outlook.stake_by`, ``name`` says a group of it."""

    def word(value: float) -> str:
        return money(value, currency) if has_money else count(round(value), "order")

    worth, stake = float(table[WORTH].sum()), float(table[AT_STAKE].sum())
    if not worth:
        says = "None of them ordered in the last 365 days, so nothing of a year is at stake."
        return Finding("Nothing is at stake", says, "Ask about others in the sentence above.")
    most = table.iloc[int(table[AT_STAKE].to_numpy().argmax())]
    where, share = name(str(most[group])), percent(float(most[AT_STAKE]) / stake, 0) if stake else "0 %"
    says = f"Of {word(worth)} in the last 365 days {word(stake)} is at stake ({percent(stake / worth, 0)}), {share} of it in {where}."
    return Finding(f"{word(stake)} at stake, most in {where}", says, f"Protect {where} first.")


def what_is_to_come(card: ModelCard, expected: float, so_far: float, currency: str, who: str = "") -> Finding:
    """Expected spend of the people asked about over the horizon beside what they spent so far."""
    if card.verdict == "refused":
        return _refused("No value is shown", card, "What the data can carry is on the other pages.")
    ahead, days = money(expected, currency), count(card.horizon_days, "day")
    rate = "not discounted" if not card.discount_rate else f"discounted at {percent(card.discount_rate, 1)} a year"
    says = (
        f"{first_upper(who or 'all customers together')} are expected to spend {ahead} in the next {days}, {rate}; "
        f"so far it was {money(so_far, currency)}. {_how_far_off(card.metrics['bias'])}"
    )
    return Finding(f"{ahead} expected in {days}", says, "Protect what holds most of it.")


def _how_far_off(bias: float) -> str:
    """What a total of this sort missed by on the test window, the only honest bound there is for it."""
    if abs(bias) < 0.005:
        return "On the test window such a total was right."
    return f"On the test window such a total was {percent(abs(bias), 0)} too {'high' if bias > 0 else 'low'}."


def how_good_is_churn(card: ModelCard, test: pd.DataFrame) -> str:
    """What the score did on customers and days it had not seen: leavers found, lift and level, each beside what would be found without it."""
    n_top, n_left = most_at_risk_found(test)
    rate, own, base = leaving_rate(test), card.metrics, card.baseline_metrics
    return (
        f"On {card.n_test:,} customers at an earlier day, with nothing later known: of the {n_top:,} most at risk {n_left:,} did leave; "
        f"of as many by chance it would have been {n_top * rate:,.0f}. The riskiest tenth left {own['lift_at_decile']:.2f} times as often as all "
        f"(baseline: {base['lift_at_decile']:.2f}). Said for all: {percent(own['predicted_rate'])} leave; happened: {percent(own['observed_rate'])}."
    )


def how_good_is_value(card: ModelCard, tenths: pd.DataFrame, currency: str) -> str:
    """How a projection did on days it had not seen, beside its baseline. ``tenths`` are of the same customers."""
    own, base = card.metrics["bias"], card.baseline_metrics["bias"]
    top, everyone = tenths.iloc[-1], float((tenths["actual"] * tenths[c.N_CUSTOMERS]).sum())
    share = percent(float(top["actual"] * top[c.N_CUSTOMERS]) / everyone, 0) if everyone > 0 else "none"
    return (
        f"On {card.n_test:,} customers at an earlier day, with nothing later known: the tenth projected highest brought {share} of what "
        f"came. The total was {_off(own)} (baseline: {_off(base)}); on average {money(card.metrics['predicted_mean'], currency)} was said "
        f"and {money(card.metrics['observed_mean'], currency)} came."
    )


def _off(bias: float) -> str:
    if not math.isfinite(bias):
        return "not measurable"
    return "right" if abs(bias) < 0.005 else f"{percent(abs(bias), 0)} too {'high' if bias > 0 else 'low'}"


def was_it_right(verdict: Verdict, day: str, horizon_days: int, score: str, currency: str = "") -> Finding:
    """Said on an earlier day, and what came since."""
    n = f"{verdict.n_customers:,}"
    days = count(horizon_days, "day")
    if not verdict.n_customers:
        says = f"Nobody had a score on {day}: there was too little to learn from by then."
        return Finding("Nothing was said then", says, "Look less far back, or choose a shorter horizon.")
    if score == c.CHURN_PROB:
        title = f"{verdict.said:,.0f} were said to leave, {verdict.happened:,.0f} did"
        says = (
            f"On {day} the score would have said that {verdict.said:,.0f} of {n} customers order nothing in {days}; {verdict.happened:,.0f} did "
            f"not. A leaver ranked above a stayer {percent(verdict.ranking, 0)} of the time (by chance: 50 %)."
        )
    else:
        said, came = money(verdict.said, currency), money(verdict.happened, currency)
        title = f"{said} was said, {came} came"
        says = (
            f"On {day} the projection would have been {said} for {n} customers in {days}; {came} came. "
            f"It ranked them by value with a normalised Gini of {verdict.ranking:.2f} (0 is by chance, 1 is perfect)."
        )
    return Finding(
        title, says, "A score that was right before may be trusted with a budget; one that was not, with a test."
    )


def why_this_score(
    customer: str, score: float, reasons: Reasons, told: pd.DataFrame, card: ModelCard, currency: str
) -> Finding:
    """The score of one customer beside that of the average customer, and what weighs most on either side."""
    is_churn = reasons.score == c.CHURN_PROB
    here, average = (percent(v, 0) if is_churn else money(v, currency) for v in (score, reasons.average))
    what = "probability of leaving" if is_churn else "expected spend"
    says = f"{customer}: {what} {here}; somebody average in everything has {average}."
    effect = told["effect"] if is_churn else told["effect"].map(math.log)
    for side, verb in ((told[effect > 0.005], "Raises it most"), (told[effect < -0.005], "Lowers it most")):
        if len(side):
            first = side.iloc[0]
            says += f" {verb}: {str(first['subject']).lower()} ({_moved(float(first['effect']), is_churn)}) – {first['because']}."
    if speaks_alone(card):
        says += (
            " Here the buy-till-you-die answer speaks alone: of a customer it knows on how many days they ordered, when last and when "
            "first; nothing else can move it."
        )
    return Finding(f"{customer}: {here}", says, "Look at the customer's own page before acting on one score.")


def _moved(effect: float, is_churn: bool) -> str:
    return f"{effect * 100:+.0f} points".replace("-", "−") if is_churn else f"× {effect:.2f}"


def card_of(scores: Scores, model: str) -> ModelCard:
    """The card of one model."""
    return next(card for card in scores.cards if card.model == model)
