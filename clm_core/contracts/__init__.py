"""Customers who say when they leave: churn from a table with a label or a day of leaving, tenure by group, and what the rest is worth.

One row a customer, no orders. The label is of a past period, so a probability is that of a period like it.
"""

from clm_core.contracts.learn import LEAK_AUC, Learned, best_groups, learn, measure, share_of_group
from clm_core.contracts.prepare import MIN_CUSTOMERS, WINDOW_DAYS, Contracts, column_uses, prepare
from clm_core.contracts.quality import quality_table
from clm_core.contracts.roles import (
    MONTHS_IN,
    MOST_WORDS,
    Roles,
    Unit,
    guess_left_words,
    guess_roles,
    guess_unit,
    is_day,
    words,
)
from clm_core.contracts.worth import ALL, MONTHS_AHEAD, Margin, tenure_curves, worth, worth_by_group
from clm_core.models.evaluate import calibration_table

__all__ = [
    "ALL",
    "LEAK_AUC",
    "MIN_CUSTOMERS",
    "MONTHS_AHEAD",
    "MONTHS_IN",
    "MOST_WORDS",
    "WINDOW_DAYS",
    "Contracts",
    "Learned",
    "Margin",
    "Roles",
    "Unit",
    "best_groups",
    "calibration_table",
    "column_uses",
    "guess_left_words",
    "guess_roles",
    "guess_unit",
    "is_day",
    "learn",
    "measure",
    "prepare",
    "quality_table",
    "share_of_group",
    "tenure_curves",
    "words",
    "worth",
    "worth_by_group",
]
