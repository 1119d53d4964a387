"""The figures a person may put in place of the files' own: the simple formula's, and what was spent on winning customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import streamlit as st

from clm_core.outlook import OwnFigures, SimpleValue, spent_on_winning
from clm_core.pipeline import Workspace
from pages.ui import cached

PERIODS = {90: "the last 90 days", 180: "the last 180 days", 365: "the last 365 days"}


@dataclass(frozen=True)
class Cost:
    """What was spent on winning customers in a period, how many were won in it, and the share of spend that is margin."""

    spent: float
    n_won: int
    n_days: int
    margin: float


def ask_formula(own: OwnFigures, currency: str) -> SimpleValue:
    """Average order, orders a year and years, filled with the files' own figures."""
    at_first, columns = own.formula, st.columns(3)
    unit = f" ({currency})" if currency else ""
    fields = {
        f"Average order{unit}": (at_first.average_order, 1.0, "%.2f"),
        "Orders a year, per customer": (at_first.orders_a_year, 0.5, "%.2f"),
        "Years a customer stays": (at_first.years, 0.5, "%.2f"),
    }
    # a key of its own for each beginning: other files bring other figures
    said = [
        column.number_input(label, 0.0, value=round(max(first, 0.0), 2), step=step, format=form, key=f"formula_{label}_{first:.6g}")
        for column, (label, (first, step, form)) in zip(columns, fields.items(), strict=True)
    ]  # fmt: skip
    return SimpleValue(*said)


def ask_cost(workspace: Workspace, as_of: date | None, currency: str) -> Cost:
    """Period, cost and margin; the cost comes from the spend file where there is one."""
    left, middle, right = st.columns(3)
    n_days = left.selectbox(
        "Customers won in", list(PERIODS), 2, format_func=PERIODS.__getitem__, key="won_in", persist_state="session"
    )
    known = spent_on_winning(workspace.dataset.tables, workspace.as_of_day - n_days + 1, workspace.as_of_day)
    unit = f" ({currency})" if currency else ""
    spent = middle.number_input(
        f"Spent on winning them{unit}", 0.0, value=known or 0.0, step=100.0, format="%.0f", key=f"spent_{n_days}_{known}",
        help="Sales and marketing together." + ("" if known is None else " Filled in: all periods of the spend file that begin in these days."),
    )  # fmt: skip
    margin = right.number_input(
        "Margin (% of spend)", 1, 100, 100, key="margin", persist_state="session",
        help="What is left of 100 in sales when the goods are paid. At 100 revenue counts as if it were profit.",
    )  # fmt: skip
    return Cost(float(spent), cached.n_won(as_of, n_days), n_days, margin / 100)
