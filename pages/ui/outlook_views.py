"""What the pages about churn and about value have in common: groups, one customer's reasons, an earlier day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from clm_core import charts, findings, outlook
from clm_core import columns as c
from clm_core.charts.encode import Unit
from clm_core.errors import PeriodError
from clm_core.models import calibration_bins
from clm_core.personas import persona_names
from clm_core.tables import to_date
from clm_core.wording import count, long_day
from pages.ui import cached, customers, figures, messages, state, tables
from pages.ui.scored import Scored, part

NOW = 0
"""The place of the slider at which nothing is looked back on."""


@dataclass(frozen=True)
class Question:
    """One score as a page asks about it: column, its outcome, the unit of both."""

    score: str
    outcome: str
    unit: Unit
    effect: str


CHURN = Question(c.CHURN_PROB, "has_no_order", "percent", "points of probability, against an average customer")
SPEND = Question(c.EXPECTED_SPEND, "next_spend", "money", "times as much, against an average customer")


def ask_group(page: Scored, key: str) -> tuple[str, list[str]]:
    """Whether to tell people apart by stage or by persona, and the groups in order."""
    by = st.segmented_control(
        "By", [c.STAGE, c.PERSONA], default=c.STAGE, format_func=str.capitalize, key=key, required=True
    )
    return (
        (c.PERSONA, persona_names(state.personas())) if by == c.PERSONA else (c.STAGE, list(page.framework.stage_ids))
    )


def name_of(page: Scored, group: str) -> str:
    """A stage or a persona as a person reads it."""
    names = {stage.id: stage.name for stage in page.framework.stages}
    return names.get(group, group)


def show_reasons(page: Scored, question: Question, listed: pd.DataFrame) -> None:
    """Why one customer of a list has their score."""
    known = listed[c.CUSTOMER_ID].head(tables.SHOWN).tolist()
    asked = state.customer()
    if (
        asked
        and asked not in known
        and (page.customers.loc[page.customers[c.CUSTOMER_ID] == asked, c.N_ORDERS] > 0).any()
    ):
        known.insert(0, asked)
    if not known:
        return
    one = st.selectbox(
        "Customer", known, key=f"reasons_{question.score}", width=330, accept_new_options=True,
        help="One of the list above, or any id: type it.",
    )  # fmt: skip
    row = page.customers[(page.customers[c.CUSTOMER_ID] == one) & page.customers[question.score].notna()]
    if row.empty or not row[c.N_ORDERS].iloc[0]:
        st.info(f"Nobody of the id {messages.plain(one)} has bought and has a score.", icon=messages.ICONS["info"])
        return
    reasons = cached.reasons(page.as_of, page.framework, page.horizon, question.score)
    told = outlook.explain(reasons, row, page.currency)
    card = findings.card_of(page.scores, cached.MODEL_OF[question.score])
    why = findings.why_this_score(str(one), float(row[question.score].iloc[0]), reasons, told, card, page.currency)
    is_churn = question.unit == "percent"
    weight = told["effect"] * 100 if is_churn else np.log(told["effect"])
    drawn = pd.DataFrame({"feature": told["subject"], "weight": weight})[weight.abs() >= (0.5 if is_churn else 0.03)]
    subtitle = f"What each difference moves: {question.effect}"
    picture = charts.drivers(
        drawn, unit="points" if is_churn else "times", title=why.title, subtitle=subtitle, theme=page.theme
    )
    figures.show(picture, why.title, subtitle, told, f"reasons_of_{question.score}")
    st.markdown(messages.plain(why.says))
    st.caption(
        f"What moves next to nothing is left out. Each bar: the score, against what it would be were this alone average; bars do not add up. Read off the line nearest to the "
        f"scores of all customers, which follows {reasons.explained:.0%} of the differences between them."
    )


def show_look_back(page: Scored, question: Question) -> None:
    """What would have been said on an earlier day, beside what came since."""
    months = st.select_slider(
        "Look back",
        [NOW, *outlook.MONTHS_BACK],
        NOW,
        format_func=lambda n: count(n, "month") if n else "not now",
        key=f"look_back_{question.score}",
        help="The models are fitted again on what was known on that day and nothing later.",
    )
    if not months:
        st.caption("Move the slider: everything is learned again as at that day, and held against what came since.")
        return
    try:
        day, told = cached.earlier(page.as_of, page.framework, page.horizon, months)
    except PeriodError as refusal:
        messages.show_error(refusal, first=f"Looking {count(months, 'month')} back is not possible here.")
        return
    asked = part(told, page.framework, page.definition)
    verdict = outlook.judge(asked, question.score, question.outcome)
    found = findings.was_it_right(verdict, long_day(to_date(day)), page.horizon, question.score, page.currency)
    table = outlook.tenths(asked, question.score, question.outcome)
    subtitle = f"Mean by tenth of what was said on {long_day(to_date(day))}, {page.horizon} days ahead: {page.definition.words}"
    picture = charts.tenths(
        table, question.unit, currency=page.currency, title=found.title, subtitle=subtitle, theme=page.theme
    )
    figures.show(picture, found.title, subtitle, table, f"look_back_{months}_{question.score}")
    messages.show_finding(found)


def show_next_orders(page: Scored, listed: pd.DataFrame) -> None:
    """When the customers of a list are likely to order next."""
    if listed.empty:
        return
    told = listed[[c.CUSTOMER_ID, c.STAGE]].merge(cached.next_orders(page.as_of, page.customers), on=c.CUSTOMER_ID)
    tables.show_next_orders(told, page.framework)
    customers.lead_on(told, "next_orders")
    figures.download(told, "next_orders.csv", f"All {count(len(told), 'customer')} (CSV)", "next_orders")


def show_trust(test: pd.DataFrame, theme: charts.Theme) -> None:
    """Calibration and gains of the churn score on customers it had not seen."""
    bins = calibration_bins(test)
    title = "Said and happened"
    subtitle = "Predicted against observed share without an order, by tenth; whiskers: 95 % Wilson"
    picture = charts.calibration(bins, title=title, subtitle=subtitle, theme=theme)
    figures.show(picture, title, subtitle, bins, "calibration")
    found = outlook.gains(test)
    title, subtitle = "Leavers found", "Share of leavers among the most at risk, by share of customers contacted"
    figures.show(charts.gains(found, title=title, subtitle=subtitle, theme=theme), title, subtitle, found, "gains")
