"""Churn and value as a person asks for them: who is at stake, what of it, why, when, and whether it would have been right before."""

from clm_core.outlook.acquisition import (
    Bargain,
    cost_per_customer,
    n_won,
    payback_curve,
    payback_month,
    spent_on_winning,
)
from clm_core.outlook.formula import OwnFigures, SimpleValue, own_figures
from clm_core.outlook.look_back import MONTHS_BACK, Verdict, day_back, judge, with_outcomes
from clm_core.outlook.next_order import next_orders
from clm_core.outlook.people import WHO, Who, at_stake
from clm_core.outlook.quality import drivers_of, quality_table, tenths
from clm_core.outlook.reasons import Reasons, explain, learn_reasons, speaks_alone
from clm_core.outlook.risk import (
    AT_STAKE,
    LIKELY,
    WORTH,
    churn_by_stage,
    gains,
    leaving_rate,
    most_at_risk_found,
    stake_by,
    with_stake,
    worth_keeping,
)
from clm_core.outlook.value import (
    HeadValue,
    Totals,
    concentration,
    expected_totals,
    head_value,
    most_valuable,
    spend_so_far,
    value_by,
)

__all__ = [
    "AT_STAKE",
    "LIKELY",
    "MONTHS_BACK",
    "WHO",
    "WORTH",
    "Bargain",
    "HeadValue",
    "OwnFigures",
    "Reasons",
    "SimpleValue",
    "Totals",
    "Verdict",
    "Who",
    "at_stake",
    "churn_by_stage",
    "concentration",
    "cost_per_customer",
    "day_back",
    "drivers_of",
    "expected_totals",
    "explain",
    "gains",
    "head_value",
    "judge",
    "learn_reasons",
    "leaving_rate",
    "most_at_risk_found",
    "most_valuable",
    "n_won",
    "next_orders",
    "own_figures",
    "payback_curve",
    "payback_month",
    "quality_table",
    "speaks_alone",
    "spend_so_far",
    "spent_on_winning",
    "stake_by",
    "tenths",
    "value_by",
    "with_outcomes",
    "with_stake",
    "worth_keeping",
]
